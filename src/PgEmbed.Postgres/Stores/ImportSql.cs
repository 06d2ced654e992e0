using System.Security.Cryptography;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Stores;

/// <summary>The statements of an import.</summary>
internal sealed class ImportSql
{
    /// <summary>The bytes of an entry of <see cref="Hashes"/>.</summary>
    public const int HashEntryBytes = sizeof(long) + SHA256.HashSizeInBytes;

    public ImportSql(CollectionInfo collection)
    {
        Delete = $"DELETE FROM {collection.Store.Sql} t USING {KeyArrays.From(collection)} "
            + $"WHERE {string.Join(" AND ", collection.StoreKeys.Select(key => $"t.{key} = k.{key}"))}";
        // Each key looks its row up: the planner knows little of unnest, and would rather read the whole table for a batch.
        // OFFSET 0 keeps it to that, and to making each text once.
        Hashes = $"""
            SELECT pg_catalog.string_agg(pg_catalog.int8send(position) || {EmbeddedText.HashSql("text")}, '')
            FROM {KeyArrays.From(collection)}
            CROSS JOIN LATERAL (
                SELECT {collection.TextSql("s")} AS text
                FROM {collection.Source.Sql} s WHERE {collection.KeyJoin("k", "s")}
                OFFSET 0) AS keyed
            WHERE NOT {EmbeddedText.IsBlankSql("text")}
            """;
    }

    /// <summary>Deletes the vectors of keys.</summary>
    public string Delete { get; }

    /// <summary>
    /// For each key that has a row with text, its position (8 bytes, big-endian) and the hash of the text (32), in no order
    /// and all in one value: a row of the result for each would take both sides as long as the hash itself.
    /// </summary>
    public string Hashes { get; }
}
