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
    /// <returns>The collection with this store, and the statements that made its table.</returns>
    public static async Task<(CollectionInfo Collection, IReadOnlyList<string> Statements)> AddAsync(
        NpgsqlConnection connection,
        int collectionId,
        CollectionDefinition definition,
        VectorSpace space,
        SourceTable source,
        VectorExtension extension,
        bool serving,
        CancellationToken cancellationToken)
    {
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
                codec = definition.Codec.Name,
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
        var collection = new CollectionInfo(
            collectionId,
            definition.Name,
            source,
            [.. definition.KeyColumns.Select(source.Column)],
            [.. definition.TextColumns.Select(source.Column)],
            new StoreInfo(storeId, table, space, definition.Codec) { Partitioning = definition.Partitioning },
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
        var found = await connection.ExecuteAsync(
            "DELETE FROM pgembed.store WHERE store_id = $1 AND NOT serving", [storeId], cancellationToken)
            .ConfigureAwait(false);
        if (found == 1)
            await DropTableAsync(connection, table, cancellationToken).ConfigureAwait(false);
        return found == 1;
    }

    /// <summary>Drops a store's table, its partitions with it.</summary>
    public static Task<int> DropTableAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"DROP TABLE IF EXISTS {SqlName.Qualify(StoreInfo.Schema, table)}", [], cancellationToken);
}
