using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Stores;

/// <summary>The statements of an import.</summary>
internal sealed class ImportSql
{
    public ImportSql(CollectionInfo collection)
    {
        var text = collection.TextSql("s");
        Copy = $"COPY {collection.Store.Sql} ({string.Join(", ", collection.StoreKeys)}, chunk, content_hash, embedding) "
            + "FROM STDIN (FORMAT binary)";
        Delete = $"DELETE FROM {collection.Store.Sql} t USING {KeyArrays.From(collection)} "
            + $"WHERE {string.Join(" AND ", collection.StoreKeys.Select(key => $"t.{key} = k.{key}"))}";
        Hashes = $"""
            SELECT CASE WHEN NOT {EmbeddedText.IsBlankSql(text)} THEN {EmbeddedText.HashSql(text)} END
            FROM {KeyArrays.From(collection)} LEFT JOIN {collection.Source.Sql} s ON {collection.KeyJoin("k", "s")}
            ORDER BY k.position
            """;
    }

    /// <summary>Takes rows: key, chunk, hash, vector.</summary>
    public string Copy { get; }

    /// <summary>Deletes the vectors of keys.</summary>
    public string Delete { get; }

    /// <summary>The hash of each key's text, in their order; NULL where there is no row, or it has no text.</summary>
    public string Hashes { get; }
}
