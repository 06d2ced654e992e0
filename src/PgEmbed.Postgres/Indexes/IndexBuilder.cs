using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes;

/// <summary>Builds the HNSW index of a store, without keeping anyone from reading or writing it.</summary>
internal static class IndexBuilder
{
    /// <summary>The name of a store's HNSW index.</summary>
    public static string NameFor(StoreInfo store) => SqlName.WithEnding(store.TableName, "_hnsw");

    /// <summary>Builds the index unless it is there and valid; one that a build left invalid is removed first.</summary>
    /// <returns>False where it was there.</returns>
    /// <exception cref="PgEmbedException">The vectors have more dimensions than an index takes.</exception>
    public static async Task<bool> BuildAsync(
        NpgsqlDataSource dataSource,
        CollectionInfo collection,
        HnswOptions options,
        CancellationToken cancellationToken)
    {
        options.Validate();
        var (store, extension) = (collection.Store, collection.Extension);
        MustFit(store);
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var name = NameFor(store);
            var index = SqlName.Qualify(StoreInfo.Schema, name);
            var valid = await connection.ExecuteScalarAsync<bool?>(new CommandDefinition(
                "SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = to_regclass(@index)",
                new { index },
                cancellationToken: cancellationToken)).ConfigureAwait(false);
            if (valid == true)
                return false;
            if (valid == false)
                await connection.ExecuteAsync($"DROP INDEX CONCURRENTLY {index}", [], cancellationToken)
                    .ConfigureAwait(false);
            var rows = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                $"SELECT count(*) FROM {store.Sql}", commandTimeout: 0, cancellationToken: cancellationToken))
                .ConfigureAwait(false);
            try
            {
                await SetMemoryAsync(connection, store, options, rows, cancellationToken).ConfigureAwait(false);
                var build = connection.Command(string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    CREATE INDEX CONCURRENTLY {SqlName.Quote(name)} ON {store.Sql}
                    USING hnsw (embedding {extension.OperatorClass(store.Codec, store.Space.Metric)})
                    WITH (m = {options.M}, ef_construction = {options.EfConstruction})
                    """));
                await using (build.ConfigureAwait(false))
                {
                    build.CommandTimeout = 0;
                    await build.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                await connection.ExecuteAsync("RESET maintenance_work_mem", [], CancellationToken.None)
                    .ConfigureAwait(false);
            }

            // Without statistics the planner takes the store for a small table and scans it.
            await connection.ExecuteAsync($"ANALYZE {store.Sql}, {collection.Source.Sql}", [], cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>
    /// Bytes that building an index in memory takes: each vector with its header, m links on average below and above,
    /// and what pgvector keeps beside them. Measured in builds with pgvector 0.8.
    /// </summary>
    internal static long BuildMemory(long rows, int dimensions, Codec codec, int m) =>
        rows * (8 + ((long)codec.BytesPerDimension * dimensions) + (32 * m) + 180);

    private static void MustFit(StoreInfo store)
    {
        var most = VectorExtension.MaxIndexedDimensions(store.Codec);
        if (store.Space.Dimensions <= most)
            return;
        var fitting = Codec.All.FirstOrDefault(c => store.Space.Dimensions <= VectorExtension.MaxIndexedDimensions(c));
        throw new PgEmbedException(
            $"Expected at most {most} dimensions for an HNSW index on codec {store.Codec}, "
            + $"got {store.Space.Dimensions}.",
            fitting is null
                ? "No codec indexes so many: use a model with fewer dimensions. Searches without an index are exact."
                : $"Codec {fitting} indexes up to {VectorExtension.MaxIndexedDimensions(fitting)}.");
    }

    private static async Task SetMemoryAsync(
        NpgsqlConnection connection,
        StoreInfo store,
        HnswOptions options,
        long rows,
        CancellationToken cancellationToken)
    {
        var needed = BuildMemory(rows, store.Space.Dimensions, store.Codec, options.M) * 11 / 10;
        var kilobytes = Math.Min(needed, options.MaxMemory) / 1024;
        await connection.ExecuteAsync(
            """
            SELECT set_config('maintenance_work_mem', $1 || 'kB', false)
            WHERE $1::bigint > pg_size_bytes(current_setting('maintenance_work_mem')) / 1024
            """,
            [kilobytes.ToString(CultureInfo.InvariantCulture)],
            cancellationToken).ConfigureAwait(false);
    }
}
