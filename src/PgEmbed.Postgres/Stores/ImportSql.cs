using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Stores;

/// <summary>The statements of an import.</summary>
internal sealed class ImportSql
{
    public ImportSql(CollectionInfo collection)
    {
        var text = collection.TextSql("s");
        Delete = $"DELETE FROM {collection.Store.Sql} t USING {KeyArrays.From(collection)} "
            + $"WHERE {string.Join(" AND ", collection.StoreKeys.Select(key => $"t.{key} = k.{key}"))}";
        Hashes = $"""
            SELECT k.position, {EmbeddedText.HashSql(text)}
            FROM {KeyArrays.From(collection)} JOIN {collection.Source.Sql} s ON {collection.KeyJoin("k", "s")}
            WHERE NOT {EmbeddedText.IsBlankSql(text)}
            """;
    }

    /// <summary>Deletes the vectors of keys.</summary>
    public string Delete { get; }

    /// <summary>The position and the hash of the text of each key that has a row with text, in no order.</summary>
    public string Hashes { get; }
}
