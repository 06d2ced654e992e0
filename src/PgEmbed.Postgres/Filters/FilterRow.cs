namespace PgEmbed.Postgres.Filters;

/// <summary>What a lambda's parameter stands for: a row of a table, or an element of an array.</summary>
/// <param name="Table">The row's table; null for an element.</param>
/// <param name="Alias">The table's alias, quoted.</param>
/// <param name="Element">The element; null for a row.</param>
internal sealed record FilterRow(FilterTable? Table, string Alias, SqlTerm? Element)
{
    /// <summary>The related row that it was reached through, where one was.</summary>
    public JoinedRow? From { get; init; }
}
