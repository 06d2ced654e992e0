using Npgsql;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Benchmarks;

/// <summary>A database of the private cluster with a table of vectors, as a user of pgvector has it.</summary>
internal sealed class IndexBenchDatabase : IAsyncDisposable
{
    public const string Table = "bench_items";

    private IndexBenchDatabase(NpgsqlDataSource dataSource) => DataSource = dataSource;

    public NpgsqlDataSource DataSource { get; }

    public IndexManager Manager => new(DataSource);

    public static async Task<IndexBenchDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        const string database = "pgembed_bench_index";
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        await cluster.EnsureDatabaseAsync(database, cancellationToken);
        await using (var plain = NpgsqlDataSource.Create(cluster.ConnectionString(database)))
        await using (var command = plain.CreateCommand("CREATE EXTENSION IF NOT EXISTS vector"))
            await command.ExecuteNonQueryAsync(cancellationToken);
        var builder = new NpgsqlDataSourceBuilder(cluster.ConnectionString(database));
        builder.UsePgEmbed();
        return new IndexBenchDatabase(builder.Build());
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = DataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = DataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Makes the table anew and fills it in an order: that in which a build will insert.</summary>
    public async Task FillAsync(VectorBlock vectors, IEnumerable<int> order, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            $"DROP TABLE IF EXISTS {Table}; CREATE TABLE {Table} (id integer, v vector({vectors.Dimensions}))", cancellationToken);
        await using (var connection = await DataSource.OpenConnectionAsync(cancellationToken))
        await using (var copy = await connection.BeginBinaryImportAsync(
            $"COPY {Table} FROM STDIN (FORMAT binary)", cancellationToken))
        {
            foreach (var row in order)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(row, cancellationToken);
                await copy.WriteAsync(vectors[row], cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await ExecuteAsync($"VACUUM ANALYZE {Table}", cancellationToken);
    }

    public async Task<(string Postgres, string Pgvector)> VersionsAsync(CancellationToken cancellationToken) => (
        await ScalarAsync<string>("SHOW server_version", cancellationToken),
        await ScalarAsync<string>("SELECT extversion FROM pg_extension WHERE extname = 'vector'", cancellationToken));

    public ValueTask DisposeAsync() => DataSource.DisposeAsync();
}
