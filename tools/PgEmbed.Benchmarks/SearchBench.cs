using System.Diagnostics;
using System.Linq.Expressions;
using Npgsql;
using PgEmbed.Cli.Demo;
using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Postgres.Relevance;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Stores;
using PgEmbed.Quality;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Filtered searches of packages: latency and recall against exact results, for filters of several selectivities; and what
/// a threshold costs that nothing passes. The rows are kept in a database of the private cluster, so that they are embedded
/// once.
/// </summary>
internal static class SearchBench
{
    private const int K = 10;

    // No distance is negative, and no relevance fitted on distances comes near to this one.
    private static readonly (string Name, SearchOptions Options)[] Thresholds =
    [
        ("max_distance", new SearchOptions { MaxDistance = -0.001 }),
        ("min_relevance", new SearchOptions { MinRelevance = 0.999_999_999 }),
    ];

    private static readonly (string Name, Expression<Func<Package, bool>>? Filter)[] Filters =
    [
        ("none", null),
        ("architecture <> 'all'", p => p.Architecture != "all"),
        ("section = 'libs'", p => p.Section == "libs"),
        ("section = 'games'", p => p.Section == "games"),
        ("section = 'games' AND installed_kb < 500", p => p.Section == "games" && p.InstalledKb < 500),
    ];

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var (name, packages) = await BenchTexts.PackagesAsync(quick ? 5_000 : int.MaxValue, cancellationToken);
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        var connection = await ConnectAsync(packages.Count, embedder.Space, cancellationToken);
        var builder = new NpgsqlDataSourceBuilder(connection);
        builder.UsePgEmbed();
        await using var dataSource = builder.Build();
        var collection = await PrepareAsync(dataSource, embedder, packages, cancellationToken);

        var step = Math.Max(1, packages.Count / (quick ? 100 : 300));
        var texts = packages.Where((_, i) => i % step == step / 2).Select(p => p.Synopsis).ToList();
        var results = new List<IReadOnlyDictionary<string, object>>();
        foreach (var (filterName, filter) in Filters)
            results.Add(await MeasureAsync(collection, embedder, texts, filterName, filter, cancellationToken));
        var thresholds = new List<IReadOnlyDictionary<string, object>>();
        foreach (var (filterName, filter) in Filters)
        {
            foreach (var threshold in Thresholds)
                thresholds.Add(await MeasureThresholdAsync(
                    collection, embedder, texts, filterName, filter, threshold, cancellationToken));
        }

        var status = await new SchemaMigrator(dataSource).GetStatusAsync(cancellationToken);
        return new BenchReport(
            "search",
            quick,
            Machine.Commit(),
            Machine.This(status.ServerVersion, status.PgvectorVersion),
            new BenchData($"{name}, model {embedder.Space.Name}", packages.Count, embedder.Space.Dimensions),
            await ServerSettings.ReadAsync(dataSource, cancellationToken),
            [.. results, .. thresholds],
            [
                .. results.Select(row => new BenchTarget(
                    $"recall@10, filter {row["filter"]}", (double)row["recall_at_10"], "share", 0.95)),
                .. thresholds.Select(row => BenchTarget.AtMost(
                    $"{row["threshold"]} that nothing passes, over the same search without, filter {row["filter"]}",
                    (double)row["p50_ratio"],
                    "times",
                    2)),
            ]);
    }

    private static async Task<string> ConnectAsync(int rows, VectorSpace space, CancellationToken cancellationToken)
    {
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        var database = $"pgembed_bench_{rows}_{space.Fingerprint[..12]}";
        await cluster.EnsureDatabaseAsync(database, cancellationToken);
        return cluster.ConnectionString(database);
    }

    private static async Task<VectorCollection<Package>> PrepareAsync(
        NpgsqlDataSource dataSource,
        OnnxTextEmbedder embedder,
        List<Package> packages,
        CancellationToken cancellationToken)
    {
        await new SchemaMigrator(dataSource).UpAsync(cancellationToken);
        await PackageTable.CreateAsync(dataSource, cancellationToken);
        var collection = await new PgEmbedClient(dataSource, embedder)
            .DefineCollectionAsync(PackageTable.Mapping, cancellationToken);
        await Console.Error.WriteLineAsync($"bench: preparing {packages.Count} rows…");
        await collection.UpsertAsync(packages, new Progress(), cancellationToken);
        await collection.BuildIndexAsync(cancellationToken: cancellationToken);
        // The upsert leaves dead rows behind where the data was there already; a user's autovacuum clears them in time.
        await using var vacuum = dataSource.CreateCommand($"VACUUM ANALYZE {collection.Info.Source.Sql}");
        vacuum.CommandTimeout = 0;
        await vacuum.ExecuteNonQueryAsync(cancellationToken);
        var fitter = new RelevanceFitter(dataSource, embedder, collection.Info);
        await fitter.SaveAsync(await fitter.FitOnDistancesAsync(cancellationToken: cancellationToken), cancellationToken);
        return collection;
    }

    private static async Task<IReadOnlyDictionary<string, object>> MeasureAsync(
        VectorCollection<Package> collection,
        OnnxTextEmbedder embedder,
        List<string> texts,
        string name,
        Expression<Func<Package, bool>>? filter,
        CancellationToken cancellationToken)
    {
        List<double> withText = [], withVector = [], exactTimes = [], recalls = [];
        var first = await embedder.EmbedQueryAsync(texts[0], cancellationToken);
        var (plan, _) = await collection.ExplainAsync(first, K, filter, cancellationToken: cancellationToken);
        foreach (var text in texts)
        {
            var watch = Stopwatch.StartNew();
            await collection.SearchAsync(text, K, filter, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            withText.Add(watch.Elapsed.TotalMilliseconds);
        }

        foreach (var text in texts)
        {
            var vector = await embedder.EmbedQueryAsync(text, cancellationToken);
            var watch = Stopwatch.StartNew();
            var found = await collection.SearchAsync(vector, K, filter, cancellationToken: cancellationToken)
                .ToListAsync(cancellationToken);
            withVector.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            var exact = await collection
                .SearchAsync(vector, K, filter, new SearchOptions { Exact = true }, cancellationToken)
                .ToListAsync(cancellationToken);
            exactTimes.Add(watch.Elapsed.TotalMilliseconds);
            recalls.Add(NeighborRecall.Of([.. exact.Select(h => h.Distance)], [.. found.Select(h => h.Distance)]));
        }

        return new Dictionary<string, object>
        {
            ["filter"] = name,
            ["matching_rows_estimate"] = Math.Round(plan.MatchingRows),
            ["plan"] = plan.Kind.ToString(),
            ["queries"] = texts.Count,
            ["recall_at_10"] = Math.Round(recalls.Average(), 4),
            ["text_p50_ms"] = Math.Round(Statistics.Median(withText), 2),
            ["text_p95_ms"] = Math.Round(Statistics.Quantile(withText, 0.95), 2),
            ["vector_p50_ms"] = Math.Round(Statistics.Median(withVector), 2),
            ["vector_p95_ms"] = Math.Round(Statistics.Quantile(withVector, 0.95), 2),
            ["exact_p50_ms"] = Math.Round(Statistics.Median(exactTimes), 2),
        };
    }

    /// <summary>The same search with a threshold that no row passes and without one, in turns, query by query.</summary>
    private static async Task<IReadOnlyDictionary<string, object>> MeasureThresholdAsync(
        VectorCollection<Package> collection,
        OnnxTextEmbedder embedder,
        List<string> texts,
        string filterName,
        Expression<Func<Package, bool>>? filter,
        (string Name, SearchOptions Options) threshold,
        CancellationToken cancellationToken)
    {
        List<double> with = [], without = [];
        for (var i = 0; i < texts.Count; i++)
        {
            var vector = await embedder.EmbedQueryAsync(texts[i], cancellationToken);
            foreach (var limited in (bool[])[i % 2 == 0, i % 2 != 0])
            {
                var start = Stopwatch.GetTimestamp();
                var found = await collection
                    .SearchAsync(vector, K, filter, limited ? threshold.Options : null, cancellationToken)
                    .ToListAsync(cancellationToken);
                (limited ? with : without).Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (limited && found.Count > 0)
                    throw new PgEmbedException(
                        $"Expected that nothing passes {threshold.Name}, but {found.Count} rows did, for '{texts[i]}'.");
            }
        }

        return new Dictionary<string, object>
        {
            ["threshold"] = threshold.Name,
            ["filter"] = filterName,
            ["queries"] = texts.Count,
            ["without_p50_ms"] = Math.Round(Statistics.Median(without), 2),
            ["with_p50_ms"] = Math.Round(Statistics.Median(with), 2),
            ["p50_ratio"] = Math.Round(Statistics.Median(with) / Statistics.Median(without), 2),
            ["without_p95_ms"] = Math.Round(Statistics.Quantile(without, 0.95), 2),
            ["with_p95_ms"] = Math.Round(Statistics.Quantile(with, 0.95), 2),
        };
    }

    private sealed class Progress : IProgress<EmbedProgress>
    {
        public void Report(EmbedProgress value) => Console.Error.WriteLine($"bench: {value.Rows} rows written");
    }
}
