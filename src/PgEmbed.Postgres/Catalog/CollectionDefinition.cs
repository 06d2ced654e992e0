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
