using PgEmbed.Postgres.Indexes;
using PgEmbed.Quality;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Whether the order in which vectors are inserted in an HNSW index moves its recall: the table is filled in one order
/// after another, the index built alike each time, and recall@10 measured for the same real queries.
/// </summary>
internal static class OrderBench
{
    // The order that rows have without anyone's doing: what a build gets by default.
    private const string Default = "by key";

    private static readonly int[] EfSearch = [40, 100];

    // Each order, setting and number of workers is measured against exact searches anew.
    private const int Asked = 300;

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var data = await IndexBenchVectors.LoadAsync(
            quick ? 5_000 : int.MaxValue, quick ? 300 : 1_000, cancellationToken);
        await using var database = await IndexBenchDatabase.OpenAsync(cancellationToken);
        var local = LocalDimensions(data.Vectors, cancellationToken);
        var orders = Orders(data, local);
        var results = new List<IReadOnlyDictionary<string, object>>();
        (int M, int EfConstruction)[] settings = quick ? [(16, 64)] : [(16, 64), (8, 32)];
        foreach (var (m, efConstruction) in settings)
        {
            foreach (var (order, rows) in orders)
            {
                await database.FillAsync(data.Vectors, rows, cancellationToken);
                foreach (var workers in (int[])[0, 2])
                {
                    await Console.Error.WriteLineAsync($"bench: m {m}, {order}, {workers} workers…");
                    results.Add(await MeasureAsync(
                        database, data, order, new HnswOptions { M = m, EfConstruction = efConstruction, Workers = workers },
                        cancellationToken));
                }
            }
        }

        var (postgres, pgvector) = await database.VersionsAsync(cancellationToken);
        return new BenchReport(
            "order",
            quick,
            Machine.Commit(),
            Machine.This(postgres, pgvector),
            new BenchData(
                FormattableString.Invariant(
                    $"{data.Name}, intrinsic dimensionality {IntrinsicDimension.Mean(local):0.0}"),
                data.Vectors.Count,
                data.Vectors.Dimensions),
            await ServerSettings.ReadAsync(database.DataSource, cancellationToken),
            results,
            Targets(results, settings));
    }

    private static double[] LocalDimensions(VectorBlock vectors, CancellationToken cancellationToken)
    {
        var sample = new VectorBlock(Math.Min(5_000, vectors.Count), vectors.Dimensions);
        for (var i = 0; i < sample.Count; i++)
            vectors[(int)((long)i * vectors.Count / sample.Count)].Span.CopyTo(sample.Row(i));
        return IntrinsicDimension.AtEach(vectors, sample, DistanceMetric.Cosine, cancellationToken: cancellationToken);
    }

    private static (string Name, int[] Rows)[] Orders(IndexBenchVectors data, double[] local)
    {
        int[] rows = [.. Enumerable.Range(0, data.Vectors.Count)];
        var random = new Random(11);
        var shuffled = rows.ToArray();
        random.Shuffle(shuffled);
        double Dimension(int row) => double.IsNaN(local[row]) ? 0 : local[row];
        return
        [
            (Default, rows),
            ("shuffled", shuffled),
            ("dimensionality up", [.. rows.OrderBy(Dimension)]),
            ("dimensionality down", [.. rows.OrderByDescending(Dimension)]),
            ("by section", [.. shuffled.OrderBy(row => data.Packages[row].Section, StringComparer.Ordinal)]),
            ("by maintainer", [.. shuffled.OrderBy(row => data.Packages[row].MaintainerId)]),
        ];
    }

    private static async Task<IReadOnlyDictionary<string, object>> MeasureAsync(
        IndexBenchDatabase database,
        IndexBenchVectors data,
        string order,
        HnswOptions options,
        CancellationToken cancellationToken)
    {
        var target = await database.Manager.ColumnTargetAsync(
            IndexBenchDatabase.Table, "v", cancellationToken: cancellationToken);
        // A small table gets workers only where it asks for them.
        await database.ExecuteAsync(
            $"ALTER TABLE {IndexBenchDatabase.Table} SET (parallel_workers = {options.Workers})", cancellationToken);
        var built = await database.Manager.BuildAsync(target, options, replace: true, cancellationToken: cancellationToken);
        var check = await database.Manager.CheckAsync(
            target,
            new IndexCheckOptions
            {
                EfSearch = EfSearch,
                QueryVectors = [.. Enumerable.Range(0, Asked).Select(i => data.Queries[i * data.Queries.Count / Asked])],
            },
            cancellationToken);
        var result = new Dictionary<string, object>
        {
            ["m"] = options.M,
            ["ef_construction"] = options.EfConstruction,
            ["order"] = order,
            ["workers"] = options.Workers!,
            ["build_s"] = Math.Round(built.Elapsed.TotalSeconds, 1),
        };
        foreach (var measure in check.Measures)
        {
            result[$"recall_at_10_ef_{measure.EfSearch}"] = Math.Round(measure.Recall, 4);
            result[$"interval_ef_{measure.EfSearch}"] = FormattableString.Invariant(
                $"{measure.Interval.Low:0.000}–{measure.Interval.High:0.000}");
        }

        return result;
    }

    // The default is right while no other order is better by more than what it is worth to sort for.
    private static List<BenchTarget> Targets(
        List<IReadOnlyDictionary<string, object>> results, (int M, int EfConstruction)[] settings) =>
        [.. settings.SelectMany(setting => EfSearch.Select(ef =>
        {
            var recalls = results.Where(r => (int)r["m"] == setting.M)
                .GroupBy(r => (string)r["order"])
                .ToDictionary(g => g.Key, g => g.Average(r => (double)r[$"recall_at_10_ef_{ef}"]));
            return BenchTarget.AtMost(
                $"recall@10 that the best order has over the default ({Default}), m {setting.M}, ef_search {ef}",
                Math.Round(recalls.Values.Max() - recalls[Default], 4),
                "share",
                0.01);
        }))];
}
