using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>A collection as the catalog has it.</summary>
/// <param name="Id">Its id in the catalog.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">The table whose text is embedded.</param>
/// <param name="KeyColumns">The columns that identify a row.</param>
/// <param name="TextColumns">The columns whose text is embedded.</param>
/// <param name="Store">The store it is served from.</param>
/// <param name="Extension">Where pgvector is in this database.</param>
public sealed record CollectionInfo(
    int Id,
    string Name,
    SourceTable Source,
    IReadOnlyList<SourceColumn> KeyColumns,
    IReadOnlyList<SourceColumn> TextColumns,
    StoreInfo Store,
    VectorExtension Extension)
{
    /// <summary>The columns that are copied into the store.</summary>
    public IReadOnlyList<SourceColumn> CarriedColumns { get; init; } = [];

    /// <summary>
    /// The embedded text of a row in SQL, the table under the given alias: the text columns that are not NULL, a line
    /// feed between. <see cref="EmbeddedText"/> is the same in .NET.
    /// </summary>
    internal string TextSql(string alias) =>
        $"concat_ws(E'\\n', {string.Join(", ", TextColumns.Select(c => $"{alias}.{SqlName.Quote(c.Name)}"))})";

    /// <summary>The condition that joins a store row to its source row, each under the given alias.</summary>
    internal string KeyJoin(string storeAlias, string sourceAlias) =>
        string.Join(" AND ", KeyColumns.Select((column, i) =>
            $"{storeAlias}.{StoreInfo.KeyColumn(i)} = {sourceAlias}.{SqlName.Quote(column.Name)}"));

    /// <summary>
    /// The condition that carried values in the store are not those of the source row. Compared as text: that is exact for
    /// every type, where a type's own equality may be loose (citext).
    /// </summary>
    internal string CarriedDiffer(string storeAlias, string sourceAlias, IEnumerable<SourceColumn> columns) =>
        string.Join(" OR ", columns.Select(column =>
            $"{storeAlias}.{StoreColumn(column.Name)}::text COLLATE \"C\" IS DISTINCT FROM "
            + $"{sourceAlias}.{SqlName.Quote(column.Name)}::text COLLATE \"C\""));

    /// <summary>The names of the store's key columns.</summary>
    internal IEnumerable<string> StoreKeys => KeyColumns.Select((_, i) => StoreInfo.KeyColumn(i));

    /// <summary>The names of the store's carried columns.</summary>
    internal IEnumerable<string> StoreCarried => CarriedColumns.Select((_, i) => StoreInfo.CarriedColumn(i));

    /// <summary>The store's name of a key or carried column of the source; null for any other.</summary>
    internal string? StoreColumn(string sourceColumn)
    {
        for (var i = 0; i < KeyColumns.Count; i++)
        {
            if (KeyColumns[i].Name == sourceColumn)
                return StoreInfo.KeyColumn(i);
        }

        for (var i = 0; i < CarriedColumns.Count; i++)
        {
            if (CarriedColumns[i].Name == sourceColumn)
                return StoreInfo.CarriedColumn(i);
        }

        return null;
    }

    /// <summary>
    /// The columns that the store is unique by: key and chunk, and the carried column it is partitioned by, since a unique
    /// index of a partitioned table has to have it.
    /// </summary>
    internal IReadOnlyList<string> StoreIdentity => Store.Partitioning is { } partitioning
        && StoreColumn(partitioning.Column) is { } column && !StoreKeys.Contains(column)
        ? [.. StoreKeys, "chunk", column]
        : [.. StoreKeys, "chunk"];
}
