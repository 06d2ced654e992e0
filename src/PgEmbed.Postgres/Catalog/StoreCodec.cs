using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using PgEmbed.Codecs;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Reads the codecs of stores.</summary>
internal static class StoreCodec
{
    // A store's codec never changes, and its parameters may be long.
    private static readonly ConditionalWeakTable<CollectionInfo, ConcurrentDictionary<int, Codec>> Known = [];

    /// <summary>Makes a codec of what the catalog has of it.</summary>
    /// <exception cref="PgEmbedException">Its parameters are damaged, or of a later version.</exception>
    public static Codec Read(string name, string? recipe, byte[]? indexed, byte[]? ranking) => recipe is null
        ? Codec.Parse(name)
        : Codec.Tiered(
            recipe, new IndexedForm(VectorCodec.Deserialize(indexed)), VectorCodec.Deserialize(ranking));

    /// <summary>The codec of a store of a collection: that which it was opened with, or one that serves it since.</summary>
    public static async ValueTask<Codec> OfAsync(
        NpgsqlConnection connection, CollectionInfo collection, int storeId, CancellationToken cancellationToken)
    {
        if (storeId == collection.Store.Id)
            return collection.Store.Codec;
        var known = Known.GetOrCreateValue(collection);
        if (known.TryGetValue(storeId, out var codec))
            return codec;
        var (name, recipe, indexed, ranking) =
            await connection.QuerySingleOrDefaultAsync<(string?, string?, byte[]?, byte[]?)>(new CommandDefinition(
                """
                SELECT s.codec, s.recipe, i.parameters, r.parameters
                FROM pgembed.store s
                LEFT JOIN pgembed.codec i ON i.name = s.index_codec
                LEFT JOIN pgembed.codec r ON r.name = s.codec
                WHERE s.store_id = @storeId
                """,
                new { storeId },
                cancellationToken: cancellationToken)).ConfigureAwait(false);
        // A store that is gone serves nothing, which whoever asks finds out next.
        return name is null ? collection.Store.Codec : known.GetOrAdd(storeId, Read(name, recipe, indexed, ranking));
    }
}
