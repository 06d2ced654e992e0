using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>The user's table.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns, in their order.</param>
public sealed record SourceTable(string Schema, string Name, IReadOnlyList<SourceColumn> Columns)
{
    /// <summary>The table as a statement names it.</summary>
    public string Sql => SqlName.Qualify(Schema, Name);

    /// <summary>Finds a column.</summary>
    /// <exception cref="PgEmbedException">The table has none of that name.</exception>
    public SourceColumn Column(string name) =>
        Columns.FirstOrDefault(column => column.Name == name)
        ?? throw new PgEmbedException(
            $"Expected a column {SqlName.Quote(name)} in table {Sql}, found {SqlName.List(Columns.Select(c => c.Name))}.");
}
