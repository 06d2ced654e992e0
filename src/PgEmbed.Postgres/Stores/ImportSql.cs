using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Stores;

/// <summary>The statements of an import.</summary>
internal sealed class ImportSql
{
    public ImportSql(CollectionInfo collection)
    {
        Delete = $"DELETE FROM {collection.Store.Sql} t USING {KeyArrays.From(collection)} "
            + $"WHERE {string.Join(" AND ", collection.StoreKeys.Select(key => $"t.{key} = k.{key}"))}";
        // OFFSET 0 keeps the server from making the texts of rows that no key asks for, and of each more than once.
        Hashes = $"""
            SELECT position, {EmbeddedText.HashSql("text")}
            FROM (SELECT k.position, {collection.TextSql("s")} AS text
                  FROM {KeyArrays.From(collection)} JOIN {collection.Source.Sql} s ON {collection.KeyJoin("k", "s")}
                  OFFSET 0) AS keyed
            WHERE NOT {EmbeddedText.IsBlankSql("text")}
            """;
    }

    /// <summary>Deletes the vectors of keys.</summary>
    public string Delete { get; }

    /// <summary>The position and the hash of the text of each key that has a row with text, in no order.</summary>
    public string Hashes { get; }
}
