using System.Diagnostics;
using Npgsql;
using PgEmbed.Codecs;
using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Stores with tiers against one of float32 with an HNSW index of equal m: what is found of the truly nearest, how long a
/// search takes, from C# and by SQL alone, and what each takes on disk. Two collections over one table, asked in turns.
/// </summary>
internal static class TierBench
{
    private const int K = 10;

    /// <summary>All, and by themselves the bits, which a goal is set for, with each model.</summary>
    public static IReadOnlyDictionary<string, Func<bool, CancellationToken, Task<BenchReport>>> Parts { get; } =
        new Dictionary<string, Func<bool, CancellationToken, Task<BenchReport>>>(StringComparer.Ordinal)
        {
            ["tiers"] = (quick, token) => RunAsync("tiers", quick ? [0] : [0, 1], int.MaxValue, quick, token),
            ["tiers-bits-256"] = (quick, token) => RunAsync("tiers-bits-256", [0], 1, quick, token),
            ["tiers-bits-384"] = (quick, token) => RunAsync("tiers-bits-384", [1], 1, quick, token),
        };

    private static async Task<BenchReport> RunAsync(
        string bench, int[] models, int recipes, bool quick, CancellationToken cancellationToken)
    {
        var results = new List<IReadOnlyDictionary<string, object>>();
        var targets = new List<BenchTarget>();
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        var (name, rows, dims) = ("", 0, 0);
        IReadOnlyDictionary<string, string> settings = new Dictionary<string, string>();
        var versions = ("", "");
        foreach (var folder in CodecBench.Models().Where((_, i) => models.Contains(i)))
        {
            using var embedder = OnnxTextEmbedder.Load(folder);
            var data = await CodecBenchData.EmbedAsync(embedder, folder.Name, quick, cancellationToken);
            (name, rows, dims) = (data.Name, data.Documents.Count, data.Documents.Dimensions);
            var database = $"pgembed_bench_tiers_{(quick ? "quick" : "full")}_{dims}";
            await cluster.EnsureDatabaseAsync(database, cancellationToken);
            var builder = new NpgsqlDataSourceBuilder(cluster.ConnectionString(database));
            builder.UsePgEmbed();
            await using var dataSource = builder.Build();
            await new SchemaMigrator(dataSource).UpAsync(cancellationToken);
            var status = await new SchemaMigrator(dataSource).GetStatusAsync(cancellationToken);
            versions = (status.ServerVersion, status.PgvectorVersion!);
            settings = await ServerSettings.ReadAsync(dataSource, cancellationToken);
            var client = new PgEmbedClient(dataSource, new VectorsOnlyEmbedder(embedder.Space));
            await RepositoryData.ExecuteAsync(
                dataSource,
                $"CREATE TABLE IF NOT EXISTS items (id integer PRIMARY KEY, title text NOT NULL); INSERT INTO items "
                + $"SELECT i, 'Item ' || i FROM generate_series(0, {rows - 1}) i ON CONFLICT DO NOTHING",
                cancellationToken);
            var plain = await MeasuredStoreAsync(client, dataSource, data, "plain", "f32", cancellationToken);
            foreach (var recipe in Recipes(dims).Take(recipes))
            {
                await Console.Error.WriteLineAsync($"bench: {dims} dimensions, {recipe}…");
                var tiered = await MeasuredStoreAsync(client, dataSource, data, "tiered", recipe, cancellationToken);
                await MeasureAsync(data, embedder.Space, plain, tiered, dataSource, quick ? 200 : 1_000, cancellationToken);
                if (results.Count == 0 || !results.Any(row => (int)row["dims"] == dims))
                    results.Add(plain.Row(dims));
                results.Add(tiered.Row(dims));
                if (recipe.StartsWith("hadamard:", StringComparison.Ordinal))
                    AddTargets(targets, dims, plain, tiered);
            }
        }

        return new BenchReport(
            bench, quick, Machine.Commit(), Machine.This(versions.Item1, versions.Item2), new BenchData(name, rows, dims),
            settings, results, targets);
    }

    private static string[] Recipes(int dims) =>
    [
        $"hadamard:{(dims <= 512 ? 1_024 : 2_048)} bit / sq8", "centre hadamard bit / sq8", "f16 / sq8", $"pca:{dims / 2} f16 / sq8",
    ];

    private static void AddTargets(List<BenchTarget> targets, int dims, MeasuredStore plain, MeasuredStore tiered)
    {
        targets.Add(new BenchTarget(
            $"{dims} dimensions, {tiered.Recipe}: recall@10 over that of the float32 index",
            Math.Round(tiered.Recall / plain.Recall, 4), "share", 0.99));
        targets.Add(new BenchTarget(
            $"{dims} dimensions, {tiered.Recipe}: the float32 index's size over this one's",
            Math.Round((double)plain.IndexBytes / tiered.IndexBytes, 2), "x", dims <= 256 ? 3 : dims <= 384 ? 4.5 : 12));
        targets.Add(BenchTarget.AtMost(
            $"{dims} dimensions, {tiered.Recipe}: p50 over that of the float32 index",
            Math.Round(Statistics.Median(tiered.Times) / Statistics.Median(plain.Times), 3), "x", 1));
        targets.Add(BenchTarget.AtMost(
            $"{dims} dimensions, {tiered.Recipe}: candidates for 10 rows", tiered.Candidates, "rows", 200));
    }

    private static async Task<MeasuredStore> MeasuredStoreAsync(
        PgEmbedClient client,
        NpgsqlDataSource dataSource,
        CodecBenchData data,
        string name,
        string recipe,
        CancellationToken cancellationToken)
    {
        var mapping = new CollectionMapping<Item>(name).Table("items").Key(i => i.Id).Text(i => i.Title);
        if (name == "tiered")
            await client.DropCollectionAsync(name, cancellationToken);
        var collection = await client.DefineCollectionAsync(mapping, cancellationToken);
        await using (var count = dataSource.CreateCommand($"SELECT count(*) FROM {collection.Info.Store.Sql}"))
        {
            if ((long)(await count.ExecuteScalarAsync(cancellationToken))! < data.Documents.Count)
                await collection.ImportVectorsAsync(
                    collection.Info.Store.Space,
                    Enumerable.Range(0, data.Documents.Count).Select(i => new KeyedVector<int>(i, data.Documents[i]))
                        .ToAsyncEnumerable(),
                    cancellationToken: cancellationToken);
        }

        var watch = Stopwatch.StartNew();
        await client.ChangeCodecAsync(name, StoreRecipe.Parse(recipe), cancellationToken: cancellationToken);
        var applied = watch.Elapsed.TotalSeconds;
        collection = await client.OpenCollectionAsync(mapping, cancellationToken);
        watch.Restart();
        await collection.BuildIndexAsync(cancellationToken: cancellationToken);
        await RepositoryData.ExecuteAsync(dataSource, "VACUUM ANALYZE", cancellationToken);
        var status = (await new CollectionCatalog(dataSource).StatusAsync(name, cancellationToken))[0];
        return new MeasuredStore(recipe, collection, status.IndexBytes!.Value, status.StoreBytes!.Value, applied);
    }

    private static async Task MeasureAsync(
        CodecBenchData data,
        VectorSpace space,
        MeasuredStore plain,
        MeasuredStore tiered,
        NpgsqlDataSource dataSource,
        int queries,
        CancellationToken cancellationToken)
    {
        queries = Math.Min(queries, data.Queries.Count);
        plain.Clear();
        for (var q = -20; q < queries; q++)
        {
            var query = (q + queries) % queries;
            foreach (var store in (MeasuredStore[])(q % 2 == 0 ? [plain, tiered] : [tiered, plain]))
            {
                var watch = Stopwatch.GetTimestamp();
                var found = await store.Collection.Query(space.Vector(data.Queries[query])).Top(K).RunAsync(cancellationToken);
                var milliseconds = Stopwatch.GetElapsedTime(watch).TotalMilliseconds;
                if (q < 0)
                    continue;
                store.Times.Add(milliseconds);
                store.Found += found.Hits.Count(hit => data.Nearest[query].Contains(hit.Row.Id));
            }
        }

        // SQL alone, on fewer: it takes longer, and its rows are the same.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        foreach (var store in (MeasuredStore[])[plain, tiered])
        {
            for (var q = 0; q < Math.Min(50, queries); q++)
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT * FROM pgembed.search($1, ROW($2, $3)::pgembed.space_vector, 10)";
                foreach (var value in (object[])[store.Collection.Info.Name, space.Id, data.Queries[q]])
                    command.Parameters.Add(new NpgsqlParameter { Value = value });
                var watch = Stopwatch.GetTimestamp();
                await command.ExecuteNonQueryAsync(cancellationToken);
                store.SqlTimes.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            }
        }
    }

    public sealed record Item(int Id, string Title);

    private sealed record MeasuredStore(
        string Recipe, VectorCollection<Item> Collection, long IndexBytes, long StoreBytes, double Applied)
    {
        public List<double> Times { get; } = [];

        public List<double> SqlTimes { get; } = [];

        public int Found { get; set; }

        public double Recall => (double)Found / (K * Times.Count);

        public int Candidates => Collection.Info.Store.Candidates ?? 0;

        public void Clear()
        {
            Times.Clear();
            SqlTimes.Clear();
            Found = 0;
        }

        public Dictionary<string, object> Row(int dims) => new Dictionary<string, object>
        {
            ["dims"] = dims,
            ["codec"] = Recipe,
            ["candidates"] = Candidates,
            ["recall@10"] = Math.Round(Recall, 4),
            ["p50 ms"] = Math.Round(Statistics.Median(Times), 2),
            ["p95 ms"] = Math.Round(Statistics.Quantile(Times, 0.95), 2),
            ["SQL p50 ms"] = Math.Round(Statistics.Median(SqlTimes), 2),
            ["index MB"] = Math.Round(IndexBytes / 1e6, 1),
            ["table MB"] = Math.Round(StoreBytes / 1e6, 1),
            ["apply s"] = Math.Round(Applied, 1),
        };
    }
}
