using System.Diagnostics;
using Npgsql;
using PgEmbed.Codecs;
using PgEmbed.Migrations;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Benchmarks;

/// <summary>How long SQL takes to score 100 candidates by their codes, without .NET on the way.</summary>
internal sealed class CodecSql : IAsyncDisposable
{
    private const int Candidates = 100;
    private const int Rounds = 15;

    private readonly NpgsqlDataSource _dataSource;

    private CodecSql(NpgsqlDataSource dataSource) => _dataSource = dataSource;

    public static async Task<CodecSql> OpenAsync(CancellationToken cancellationToken)
    {
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        const string Database = "pgembed_bench_codec";
        await cluster.EnsureDatabaseAsync(Database, cancellationToken);
        var builder = new NpgsqlDataSourceBuilder(cluster.ConnectionString(Database));
        builder.UsePgEmbed();
        var dataSource = builder.Build();
        await new SchemaMigrator(dataSource).UpAsync(cancellationToken);
        return new CodecSql(dataSource);
    }

    /// <summary>The median milliseconds that a query's distances to 100 codes take.</summary>
    public async Task<double> MillisecondsAsync(
        VectorCodec codec, VectorSpace space, VectorBlock vectors, CancellationToken cancellationToken)
    {
        var name = codec.Fingerprint[..16];
        await new CodecCatalog(_dataSource).SaveAsync(name, codec, space, cancellationToken);
        var codes = new byte[Candidates][];
        for (var i = 0; i < codes.Length; i++)
            codec.Encode(vectors[i].Span, codes[i] = new byte[codec.CodeBytes]);
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT pgembed.distances($1, ROW($2, $3::real[]::vector), $4)", connection);
        foreach (var value in (object[])[codes, space.Id, vectors[Candidates].ToArray(), name])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.PrepareAsync(cancellationToken);
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            await command.ExecuteScalarAsync(cancellationToken);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return Statistics.Median(times);
    }

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();
}
