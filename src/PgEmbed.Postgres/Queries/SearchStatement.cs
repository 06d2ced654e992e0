using Npgsql;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Queries;

/// <summary>The statement that a query comes to.</summary>
/// <param name="Sql">
/// The statement of the plan's first step, mostly the only one that is run. Its first column is the distance; then come the
/// columns of the row, and last how many rows the step found. A row may be there for that number alone, its distance NULL.
/// </param>
/// <param name="Parameters">The values of each step's statement, <c>$1…$n</c>: the query vector, then the filter's.</param>
/// <param name="Plan">All steps, the server settings that are to hold for each, and when the next is run.</param>
public sealed record SearchStatement(string Sql, IReadOnlyList<NpgsqlParameter> Parameters, SearchPlan Plan)
{
    /// <summary>The statement alone.</summary>
    public override string ToString() => Sql;
}
