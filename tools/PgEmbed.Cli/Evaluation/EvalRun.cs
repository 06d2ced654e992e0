using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Quality;
using Spectre.Console;

namespace PgEmbed.Cli.Evaluation;

/// <summary>Judges one setting, or two on the same queries.</summary>
/// <param name="request">What is asked.</param>
/// <param name="evaluator">The collection; null where only run files are judged.</param>
/// <param name="terminal">Where progress goes.</param>
internal sealed class EvalRun(EvalRequest request, CollectionEvaluator? evaluator, Terminal terminal)
{
    private readonly Dictionary<string, string[]> _groups = new(StringComparer.Ordinal);
    private int _unjudged;

    public async Task<EvalReport> RunAsync(CancellationToken cancellationToken)
    {
        var judgments = await JudgmentFile.ReadAsync(request.QrelsFile, cancellationToken);
        var queries = await QueriesAsync(judgments, cancellationToken);
        var (run, times) = await RunAsync(request.Setting, queries, judgments, cancellationToken);
        if (request.SaveRun is { } path)
        {
            await RunFile.WriteAsync(path, run, cancellationToken);
            terminal.Say($"Run written to {path}.");
        }

        var quality = Judge(run, judgments);
        var (comparedRun, comparedTimes) = request.Compared is null
            ? (null, null)
            : await RunAsync(request.Compared, queries, judgments, cancellationToken);
        var compared = comparedRun is null ? null : Judge(comparedRun, judgments);
        if (compared is not null && !compared.Queries.SequenceEqual(quality.Queries, StringComparer.Ordinal))
            throw new PgEmbedException(
                $"Expected both settings to have the same queries, got {quality.Queries.Count} and {compared.Queries.Count}.",
                "Leave out --skip-not-run: queries that were not run count as 0.");
        var all = Enumerable.Range(0, quality.Queries.Count).ToList();
        return new EvalReport(
            request.Collection,
            new EvalCounts(
                quality.Queries.Count,
                judgments.Count,
                _unjudged,
                quality.NotRun,
                quality.Unanswerable,
                await MissingAsync(judgments, cancellationToken)),
            Result(quality, times),
            compared is null ? null : Result(compared, comparedTimes),
            Differences(quality, compared, all),
            await GroupsAsync(quality, compared, judgments, cancellationToken),
            request.PerQuery ? [.. all.Select(i => PerQuery(quality, compared, i))] : null);
    }

    // The queries that are judged; what the file says of them is kept for subgroups.
    private async Task<List<EvaluationQuery>> QueriesAsync(Judgments judgments, CancellationToken cancellationToken)
    {
        var judged = new List<EvaluationQuery>();
        if (request.QueriesFile is null)
            return judged;
        var ids = judgments.Queries.ToHashSet(StringComparer.Ordinal);
        await foreach (var query in QueryFile.ReadAsync(request.QueriesFile, cancellationToken))
        {
            if (!ids.Contains(query.Id))
            {
                _unjudged++;
                continue;
            }

            judged.Add(query);
            if (request.By is not null && query.Columns.TryGetValue(request.By, out var value))
                _groups[query.Id] = [value];
        }

        if (judged.Count == 0)
            throw new PgEmbedException(
                $"Expected a query of {request.QueriesFile} to be judged in {request.QrelsFile}, found none.",
                "Check that both are of the same test collection and name queries by the same ids.");
        return judged;
    }

    private async Task<(SearchRun Run, IReadOnlyList<double> Times)> RunAsync(
        EvalSetting setting,
        List<EvaluationQuery> queries,
        Judgments judgments,
        CancellationToken cancellationToken)
    {
        if (setting.RunFile is { } file)
            return (await RunFile.ReadAsync(file, judgments, cancellationToken), []);
        var evaluated = await terminal.ErrorConsole.Progress()
            .StartAsync(async context =>
            {
                var task = context.AddTask($"Searching ({setting.Name})", maxValue: queries.Count);
                return await evaluator!.RunAsync(
                    queries.ToAsyncEnumerable(),
                    setting.Options(request.Depth, request.IdColumn),
                    new QueryProgress(task),
                    cancellationToken);
            });
        if (evaluated.Truncated > 0)
            terminal.Say($"{Format.Count(evaluated.Truncated)} queries were longer than the model reads and were cut.");
        return (evaluated.Run, evaluated.Milliseconds);
    }

    private RunQuality Judge(SearchRun run, Judgments judgments) => RunQuality.Of(
        run, judgments, request.Measures, request.RelevantFrom, request.SkipNotRun);

    private EvalResult Result(RunQuality quality, IReadOnlyList<double>? times) => new(
        quality.Run,
        Measures(quality, [.. Enumerable.Range(0, quality.Queries.Count)]),
        Quantile(times, 0.5),
        Quantile(times, 0.95));

    private List<EvalMeasure> Measures(RunQuality quality, List<int> of) =>
    [
        .. request.Measures.Select(measure =>
        {
            var values = Values(quality, measure, of);
            var interval = Bootstrap.Mean(values, request.Bootstrap);
            return new EvalMeasure(measure.ToString(), values.Average(), interval?.Low, interval?.High);
        }),
    ];

    private List<EvalDifference> Differences(RunQuality first, RunQuality? second, List<int> of) => second is null
        ? []
        :
        [
            .. request.Measures.Select(measure => EvalDifference.Of(
                measure,
                PairedTest.Compare(Values(first, measure, of), Values(second, measure, of), request.Bootstrap))),
        ];

    private async Task<List<EvalGroup>> GroupsAsync(
        RunQuality quality, RunQuality? compared, Judgments judgments, CancellationToken cancellationToken)
    {
        if (request.By is null)
            return [];
        if (_groups.Count == 0)
            await GroupBySourceAsync(judgments, cancellationToken);
        var groups = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < quality.Queries.Count; i++)
        {
            foreach (var group in _groups.GetValueOrDefault(quality.Queries[i]) ?? ["(none)"])
            {
                if (!groups.TryGetValue(group, out var members))
                    groups.Add(group, members = []);
                members.Add(i);
            }
        }

        return
        [
            .. groups.Select(group => new EvalGroup(
                group.Key,
                group.Value.Count,
                Measures(quality, group.Value),
                Differences(quality, compared, group.Value))),
        ];
    }

    // No query has such a column, so it is the source's: a query belongs where its relevant documents do.
    private async Task GroupBySourceAsync(Judgments judgments, CancellationToken cancellationToken)
    {
        if (evaluator is null)
            throw new PgEmbedException($"Expected the queries to have a column '{request.By}', found none that has.");
        terminal.Say($"The queries have no column '{request.By}': a query belongs where its relevant rows do.");
        var relevant = judgments.Queries.ToDictionary(q => q, q => judgments.Relevant(q, request.RelevantFrom).ToList());
        var values = await evaluator.ColumnAsync(
            relevant.Values.SelectMany(ids => ids), request.By, request.IdColumn, cancellationToken);
        foreach (var (query, documents) in relevant)
        {
            string[] groups = [.. documents.Where(values.ContainsKey).Select(d => values[d]).Distinct()];
            if (groups.Length > 0)
                _groups[query] = groups;
        }
    }

    private async Task<int?> MissingAsync(Judgments judgments, CancellationToken cancellationToken)
    {
        if (evaluator is null)
            return null;
        var relevant = judgments.Queries.SelectMany(q => judgments.Relevant(q, request.RelevantFrom)).ToHashSet();
        return relevant.Count
            - (await evaluator.ColumnAsync(relevant, null, request.IdColumn, cancellationToken)).Count;
    }

    private static EvalQueryValues PerQuery(RunQuality first, RunQuality? second, int index) =>
        new(first.Queries[index], ValuesOf(first, index), second is null ? null : ValuesOf(second, index));

    private static Dictionary<string, double> ValuesOf(RunQuality quality, int index) =>
        quality.Measures.ToDictionary(measure => measure.ToString(), measure => quality.Values(measure)[index]);

    private static double[] Values(RunQuality quality, QualityMeasure measure, List<int> of)
    {
        var values = quality.Values(measure);
        return [.. of.Select(i => values[i])];
    }

    private static double? Quantile(IReadOnlyList<double>? values, double share) => values is not { Count: > 0 }
        ? null
        : values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(share * values.Count) - 1));

    private sealed class QueryProgress(ProgressTask task) : IProgress<int>
    {
        public void Report(int value) => task.Value = value;
    }
}
