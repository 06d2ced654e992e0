using Npgsql;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Queries;

/// <summary>The statement that a query comes to.</summary>
/// <param name="Sql">
/// The statement. Its first column is the distance, <c>_pgembed_distance</c>; then come the columns of the row, and last
/// <c>_pgembed_step</c>, the part of the statement that the row is of.
/// </param>
/// <param name="Parameters">Its values, <c>$1…$n</c>: the query vector, then the filter's.</param>
/// <param name="Plan">How it is run, and the server settings that are to hold meanwhile.</param>
public sealed record SearchStatement(string Sql, IReadOnlyList<NpgsqlParameter> Parameters, SearchPlan Plan)
{
    /// <summary>The statement alone.</summary>
    public override string ToString() => Sql;
}
