using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>What a collection is to be: whose text is embedded, and how it is stored.</summary>
public sealed record CollectionDefinition
{
    /// <summary>The collection's name, at most 63 bytes.</summary>
    public required string Name { get; init; }

    /// <summary>The schema of the table.</summary>
    public string Schema { get; init; } = "public";

    /// <summary>The table whose text is embedded.</summary>
    public required string Table { get; init; }

    /// <summary>The columns that identify a row; the table has a unique index on just these.</summary>
    public required IReadOnlyList<string> KeyColumns { get; init; }

    /// <summary>The columns whose text is embedded: those that are not NULL, in this order, a line feed between.</summary>
    public required IReadOnlyList<string> TextColumns { get; init; }

    /// <summary>
    /// Columns that are copied into the store, so that partitions and indexes there can use them: few, short and seldom
    /// changed, such as a tenant, a kind or a period. Key columns are in the store anyway.
    /// </summary>
    public IReadOnlyList<string> CarriedColumns { get; init; } = [];

    /// <summary>How the store is divided by a key or carried column; null for one table.</summary>
    public Partitioning? Partitioning { get; init; }

    /// <summary>How the vectors are stored.</summary>
    public Codec Codec { get; init; } = Codec.F32;

    /// <summary>Throws where the definition can't be one.</summary>
    /// <exception cref="PgEmbedException">A name is empty or too long, or a list is empty or repeats a column.</exception>
    public void Validate()
    {
        SqlName.Check(Name);
        SqlName.Check(Schema);
        SqlName.Check(Table);
        CheckList(KeyColumns, nameof(KeyColumns));
        CheckList(TextColumns, nameof(TextColumns));
        if (CarriedColumns is not { Count: 0 })
            CheckList(CarriedColumns, nameof(CarriedColumns));
        if (CarriedColumns.FirstOrDefault(KeyColumns.Contains) is { } key)
            throw new PgEmbedException(
                $"Expected carried columns that are not of the key, got {SqlName.Quote(key)}.",
                "The store has the key's columns anyway: leave it out.");
        if (Partitioning is { Column: var column } && !CarriedColumns.Contains(column) && !KeyColumns.Contains(column))
            throw new PgEmbedException(
                $"Expected to partition by a key or carried column, got {SqlName.Quote(column)}.", "Carry it too.");
    }

    private static void CheckList(IReadOnlyList<string> columns, string setting)
    {
        if (columns is not { Count: > 0 })
            throw new PgEmbedException($"Expected {setting} to name at least one column, got none.");
        foreach (var column in columns)
            SqlName.Check(column);
        if (columns.Distinct(StringComparer.Ordinal).Count() != columns.Count)
            throw new PgEmbedException($"Expected {setting} to name a column once, got {SqlName.List(columns)}.");
    }
}
