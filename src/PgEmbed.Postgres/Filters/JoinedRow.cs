namespace PgEmbed.Postgres.Filters;

/// <summary>The row of another table that a reference leads to; there is one at most.</summary>
/// <param name="Table">The table, quoted.</param>
/// <param name="Alias">Its alias within the subquery.</param>
/// <param name="Join">The condition that finds it.</param>
internal sealed record JoinedRow(string Table, string Alias, string Join)
{
    /// <summary>Whether there is such a row and it meets a condition.</summary>
    public string Exists(string? condition) =>
        $"EXISTS (SELECT FROM {Table} AS {Alias} WHERE {Join}{(condition is null ? "" : $" AND {condition}")})";

    /// <summary>A value of that row, NULL where there is none.</summary>
    public string Select(string value) => $"(SELECT {value} FROM {Table} AS {Alias} WHERE {Join})";
}
