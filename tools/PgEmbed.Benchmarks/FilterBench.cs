using System.Diagnostics;
using System.Globalization;
using System.Linq.Expressions;
using Npgsql;
using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Searches under filters of several selectivities, with, against and regardless of their queries: the planner's choice
/// beside every fixed plan. Each query is run by all plans, in an order drawn anew, so that a slower moment of the machine
/// meets all; a fixed plan that turns out hopeless is left out of the rest.
/// </summary>
internal static class FilterBench
{
    private const int K = 10;
    private const int WarmUp = 5;
    private const int ShortTrial = 10;
    private const int Trial = 40;
    private const string Ours = "PgEmbed";

    /// <summary>The bench, and the parts of it by selectivity in percent, since all of it takes long.</summary>
    public static IReadOnlyDictionary<string, Func<bool, CancellationToken, Task<BenchReport>>> Parts { get; } =
        FilterBenchCell.All
            .Select(cells => ($"filter-{cells.Key}", cells.AsEnumerable()))
            .Prepend(("filter", FilterBenchCell.All.SelectMany(cells => cells)))
            .ToDictionary(
                part => part.Item1,
                part => (Func<bool, CancellationToken, Task<BenchReport>>)(
                    (quick, token) => RunAsync(part.Item1, [.. part.Item2], quick, token)),
                StringComparer.Ordinal);

    private static async Task<BenchReport> RunAsync(
        string bench, IReadOnlyList<FilterBenchCell> cells, bool quick, CancellationToken cancellationToken)
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        await using var data = await FilterBenchData.PrepareAsync(
            embedder, quick ? 20_000 : int.MaxValue, cancellationToken);
        var count = Environment.GetEnvironmentVariable("PGEMBED_BENCH_QUERIES") is { Length: > 0 } set
            ? int.Parse(set, CultureInfo.InvariantCulture)
            : quick ? 30 : 500;
        var queries = await FilterBenchQueries.GetAsync(data, count + WarmUp, cancellationToken);
        var results = new List<IReadOnlyDictionary<string, object>>();
        var targets = new List<BenchTarget>();
        foreach (var cell in cells)
        {
            var measured = await MeasureAsync(data, cell, queries, cancellationToken);
            results.AddRange(measured.Select(result => result.Value.ToRow(cell.Name, result.Key)));
            targets.AddRange(Targets(cell, measured));
            await Console.Error.WriteLineAsync($"bench: {cell.Name} is done");
        }

        var status = await new SchemaMigrator(data.DataSource).GetStatusAsync(cancellationToken);
        return new BenchReport(
            bench,
            quick,
            Machine.Commit(),
            Machine.This(status.ServerVersion, status.PgvectorVersion),
            new BenchData($"{data.Name}, model {embedder.Space.Name}", data.Rows, embedder.Space.Dimensions),
            await ServerSettings.ReadAsync(data.DataSource, cancellationToken),
            results,
            targets);
    }

    private static async Task<Dictionary<string, FilterBenchResult>> MeasureAsync(
        FilterBenchData data,
        FilterBenchCell cell,
        List<FilterBenchQuery> queries,
        CancellationToken cancellationToken)
    {
        var answers = await FilterBenchAnswers.GetAsync(data, cell, queries, K, cancellationToken);
        var runs = FilterBenchPlan.All
            .Select(plan => (plan.Name, Run: (Search)((query, filter) => ByHandAsync(data, plan, query, filter, cancellationToken))))
            .Append((Name: Ours, Run: (query, filter) => OursAsync(data, query, filter, cancellationToken)))
            .ToArray();
        var random = new Random(3);
        var results = runs.ToDictionary(run => run.Name, _ => new FilterBenchResult());
        var process = await data.ServerProcessAsync(cancellationToken);
        for (var i = 0; i < queries.Count; i++)
        {
            var filter = cell.Range(queries[i]);
            // In an order drawn anew: who comes after another finds what that one has read in memory.
            random.Shuffle(runs);
            foreach (var (name, run) in runs)
            {
                if (name != Ours && IsHopeless(name, results))
                    continue;
                var processor = ServerTime(process);
                var watch = Stopwatch.StartNew();
                var rows = await run(queries[i], filter);
                if (i >= WarmUp)
                {
                    results[name].Add(
                        rows, answers[i], watch.Elapsed.TotalMilliseconds, ServerTime(process) - processor);
                }
            }
        }

        return results;
    }

    // Of a plan that gives too few rows or too few of the right ones, or takes far longer in the middle than the best does
    // at its 95th percentile, the first queries say enough. It stays in the table, with their number.
    private static bool IsHopeless(string name, Dictionary<string, FilterBenchResult> results)
    {
        var result = results[name];
        return result.HasWrongCounts && result.Count >= ShortTrial
            || result.Count >= Trial && (result.Recall < 0.9
                || result.P50 > 1.5 * results.Where(r => r.Key != Ours && r.Value.IsGood).Min(r => r.Value.P95));
    }

    private static async Task<List<(int Id, double Distance)>> ByHandAsync(
        FilterBenchData data,
        FilterBenchPlan plan,
        FilterBenchQuery query,
        (string Column, double From, double To)? filter,
        CancellationToken cancellationToken)
    {
        await using var connection = await data.DataSource.OpenConnectionAsync(cancellationToken);
        return await plan.RunAsync(connection, data.Collection.Info, query, filter, K, cancellationToken);
    }

    private static async Task<List<(int Id, double Distance)>> OursAsync(
        FilterBenchData data,
        FilterBenchQuery query,
        (string Column, double From, double To)? filter,
        CancellationToken cancellationToken)
    {
        Expression<Func<FilterBenchText, bool>>? condition = filter switch
        {
            null => null,
            ("lot", var from, var to) => t => t.Lot >= from && t.Lot < to,
            (_, var from, var to) => t => t.Place >= from && t.Place < to,
        };
        return await data.Collection.SearchAsync(query.Vector, K, condition, cancellationToken: cancellationToken)
            .Select(hit => (hit.Row.Id, hit.Distance)).ToListAsync(cancellationToken);
    }

    private static IEnumerable<BenchTarget> Targets(FilterBenchCell cell, Dictionary<string, FilterBenchResult> results)
    {
        var ours = results[Ours];
        yield return new BenchTarget($"{cell.Name}: mean recall@10", Math.Round(ours.Recall, 4), "share", 0.95);
        yield return new BenchTarget($"{cell.Name}: lowest percentile of recall@10", Math.Round(ours.LowRecall, 2), "share", 0.8);
        yield return new BenchTarget($"{cell.Name}: exact row counts", Math.Round(ours.CountsRight, 4), "share", 1);
        var best = results.Where(r => r.Key != Ours && r.Value.IsGood).MinBy(r => r.Value.P95);
        yield return BenchTarget.AtMost(
            $"{cell.Name}: p95 against the best fixed plan ({best.Key})",
            Math.Round(ours.P95, 2),
            "ms",
            Math.Round((1.25 * best.Value.P95) + 1, 2));
    }

    // The time that the process was on a processor; 0 where the system does not tell.
    private static double ServerTime(int process)
    {
        var file = $"/proc/{process}/schedstat";
        return File.Exists(file)
            ? double.Parse(File.ReadAllText(file).Split(' ')[0], CultureInfo.InvariantCulture) / 1e6
            : 0;
    }

    private delegate Task<List<(int Id, double Distance)>> Search(
        FilterBenchQuery query, (string Column, double From, double To)? filter);
}
