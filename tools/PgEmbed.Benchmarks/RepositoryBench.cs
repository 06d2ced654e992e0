using Npgsql;
using PgEmbed.Migrations;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Benchmarks;

/// <summary>
/// What the typed repository costs over doing the same by hand: a search over the hand-written Npgsql query of the same
/// SQL, and taking in ready vectors over psql's binary \copy into the same table.
/// </summary>
internal static class RepositoryBench
{
    private const int Dimensions = 256;

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var rows = quick ? 20_000 : 100_000;
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        var database = $"pgembed_bench_repository_{rows}";
        await cluster.EnsureDatabaseAsync(database, cancellationToken);
        await using var dataSource = await OpenAsync(cluster.ConnectionString(database), cancellationToken);
        var data = await RepositoryData.PrepareAsync(dataSource, rows, Dimensions, cancellationToken);

        var search = await RepositorySearch.MeasureAsync(data, quick ? 100 : 2_000, cancellationToken);
        var ingest = await RepositoryIngest.MeasureAsync(
            data, await cluster.GetPsqlCommandAsync(database, cancellationToken), cancellationToken);
        var status = await new SchemaMigrator(dataSource).GetStatusAsync(cancellationToken);
        return new BenchReport(
            "repository",
            quick,
            Machine.Commit(),
            Machine.This(status.ServerVersion, status.PgvectorVersion),
            new BenchData("random directions", rows, Dimensions),
            await ServerSettings.ReadAsync(dataSource, cancellationToken),
            [.. search.Results, .. ingest.Results],
            [.. search.Targets, .. ingest.Targets]);
    }

    private static async Task<NpgsqlDataSource> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UsePgEmbed();
        var dataSource = builder.Build();
        await new SchemaMigrator(dataSource).UpAsync(cancellationToken);
        return dataSource;
    }
}
