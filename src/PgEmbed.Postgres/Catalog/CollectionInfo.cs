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

    /// <summary>The names of the store's key columns.</summary>
    internal IEnumerable<string> StoreKeys => KeyColumns.Select((_, i) => StoreInfo.KeyColumn(i));
}
