using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Writes the stores of collections: what the catalog says of one, and its table.</summary>
internal static class StoreCatalog
{
    /// <summary>Records a store and makes its table, empty.</summary>
    /// <param name="connection">In a transaction that holds <see cref="CollectionCatalog.Lock"/>.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="definition">What it is over, what it carries and how it is divided.</param>
    /// <param name="space">The space of its vectors.</param>
    /// <param name="source">The collection's table.</param>
    /// <param name="extension">Where pgvector is.</param>
    /// <param name="serving">Whether searches are answered from it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="candidates">Where the codec has tiers, <see cref="StoreInfo.Candidates"/>.</param>
    /// <returns>The collection with this store, and the statements that made its table.</returns>
    public static async Task<(CollectionInfo Collection, IReadOnlyList<string> Statements)> AddAsync(
        NpgsqlConnection connection,
        int collectionId,
        CollectionDefinition definition,
        VectorSpace space,
        SourceTable source,
        VectorExtension extension,
        bool serving,
        CancellationToken cancellationToken,
        int? candidates = null)
    {
        var fitted = definition.Codec.Rescoring;
        var storeId = await connection.QuerySingleAsync<int>(new CommandDefinition(
            """
            INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving,
                partition_strategy, partition_column, partition_count, partition_step)
            VALUES (@collectionId, @spaceId, @codec, '_pgembed_' || gen_random_uuid(), @serving,
                @strategy, @column, @count, @step)
            RETURNING store_id
            """,
            new
            {
                collectionId,
                spaceId = space.Id,
                codec = fitted is null ? definition.Codec.Name : Codec.F32.Name,
                serving,
                strategy = definition.Partitioning?.StrategyName,
                column = definition.Partitioning?.Column,
                count = definition.Partitioning?.Count,
                step = definition.Partitioning?.Step,
            },
            cancellationToken: cancellationToken)).ConfigureAwait(false);

        // The id makes the name unique, and it is known only now.
        var table = SqlName.WithEnding(
            definition.Name, string.Create(CultureInfo.InvariantCulture, $"_{storeId}"));
        await connection.ExecuteAsync(
            "UPDATE pgembed.store SET table_name = $1 WHERE store_id = $2", [table, storeId], cancellationToken)
            .ConfigureAwait(false);
        if (fitted is not null)
        {
            var (ranking, indexed) = (table, SqlName.WithEnding(table, " index"));
            await CodecCatalog.AddAsync(connection, ranking, fitted, space, null, cancellationToken).ConfigureAwait(false);
            await CodecCatalog.AddAsync(
                connection, indexed, definition.Codec.Indexed!.Codec, space, definition.Codec.Indexed, cancellationToken)
                .ConfigureAwait(false);
            await connection.ExecuteAsync(
                "UPDATE pgembed.store SET codec = $1, index_codec = $2, recipe = $3, candidates = $4 WHERE store_id = $5",
                [ranking, indexed, definition.Codec.Name, candidates!.Value, storeId],
                cancellationToken).ConfigureAwait(false);
        }

        var collection = new CollectionInfo(
            collectionId,
            definition.Name,
            source,
            [.. definition.KeyColumns.Select(source.Column)],
            [.. definition.TextColumns.Select(source.Column)],
            new StoreInfo(storeId, table, space, definition.Codec)
            {
                Partitioning = definition.Partitioning,
                Candidates = candidates,
            },
            extension)
        {
            CarriedColumns = [.. definition.CarriedColumns.Select(source.Column)],
        };
        return (collection, await StoreTable.CreateAsync(connection, collection, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Forgets a store and drops its table, unless it serves.</summary>
    /// <returns>False where it serves, or there is none.</returns>
    public static async Task<bool> DropAsync(
        NpgsqlConnection connection, int storeId, string table, CancellationToken cancellationToken)
    {
        var codecs = await connection.QuerySingleOrDefaultAsync<string[]?>(new CommandDefinition(
            "DELETE FROM pgembed.store WHERE store_id = @storeId AND NOT serving RETURNING ARRAY[codec, index_codec]",
            new { storeId },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        if (codecs is null)
            return false;
        await DropTableAsync(connection, table, cancellationToken).ConfigureAwait(false);
        await ForgetCodecsAsync(connection, codecs, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Forgets fitted codecs that no store has any more.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="codecs">Names; nulls are passed over, as is what needs no fitting.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<int> ForgetCodecsAsync(
        NpgsqlConnection connection, string?[] codecs, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            """
            DELETE FROM pgembed.codec c
            WHERE c.name = ANY ($1) AND c.parameters IS NOT NULL
              AND NOT EXISTS (SELECT FROM pgembed.store s WHERE c.name IN (s.codec, s.index_codec))
            """,
            [codecs],
            cancellationToken);

    /// <summary>Drops a store's table, its partitions with it.</summary>
    public static Task<int> DropTableAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"DROP TABLE IF EXISTS {SqlName.Qualify(StoreInfo.Schema, table)}", [], cancellationToken);
}
