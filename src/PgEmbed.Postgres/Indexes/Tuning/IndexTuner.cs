using Npgsql;
using PgEmbed.Postgres.Indexes.Building;
using PgEmbed.Postgres.Indexes.Checking;

namespace PgEmbed.Postgres.Indexes.Tuning;

/// <summary>
/// Finds m, ef_construction and ef_search for a recall. On a copied sample each setting is built, and searched at growing
/// ef_search until it reaches the recall. Of those that do, the one whose searches read the fewest pages is advised: pages
/// are what a search costs on any machine. For all rows, the advised one is built on parts of the sample to see how the
/// needed ef_search grows.
/// </summary>
internal sealed class IndexTuner(
    NpgsqlConnection connection, IndexTarget target, IndexTuneOptions options, IProgress<string>? progress)
{
    private static readonly int[] Ladder = [10, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 1_000];

    // Settings whose pages differ by less are as good as each other, and the smaller graph is taken.
    private const double AsGood = 1.05;

    public async Task<IndexTuning> RunAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        var (rows, valueBytes) = await CountAsync(cancellationToken).ConfigureAwait(false);
        progress?.Report($"Copying {Math.Min(rows, options.SampleRows):N0} of {rows:N0} rows to a temporary table…");
        var copy = await TableCopy.MakeAsync(
            connection, target, options.SampleRows + Kept(rows), rows, options.Seed, cancellationToken).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            var (queries, source) = await QueriesAsync(copy, rows, cancellationToken).ConfigureAwait(false);
            if (copy.Rows < 2 * options.K || queries.Count == 0)
                throw new PgEmbedException(
                    $"Expected at least {2 * options.K} rows in {target.TableSql} to measure on, found {copy.Rows}.",
                    "So few are searched exactly in no time: they need no index.");
            var meter = new IndexMeter(connection, copy.Target, TableCopy.IndexNames, options.K);
            var (exact, _) = await meter.ExactAsync(queries, null, cancellationToken).ConfigureAwait(false);
            var curves = new List<IndexTuningCurve>();
            foreach (var (m, efConstruction) in options.Candidates)
                curves.Add(await CurveAsync(
                    copy, meter, queries, exact, new HnswOptions { M = m, EfConstruction = efConstruction },
                    (rows, valueBytes), cancellationToken).ConfigureAwait(false));
            return new IndexTuning
            {
                Recall = options.Recall,
                K = options.K,
                SampleRows = copy.Rows,
                Rows = rows,
                QuerySource = source,
                Curves = curves,
                Advice = await AdviseAsync(copy, meter, queries, curves, rows, cancellationToken).ConfigureAwait(false),
            };
        }
    }

    /// <summary>The curve that reaches the recall with the fewest pages.</summary>
    internal static IndexTuningCurve? Best(IReadOnlyList<IndexTuningCurve> curves)
    {
        var reaching = curves.Where(curve => curve.Pages is not null).ToList();
        return reaching.Count == 0
            ? null
            : reaching.Where(curve => curve.Pages <= AsGood * reaching.Min(c => c.Pages))
                .OrderBy(curve => curve.M).ThenBy(curve => curve.EfConstruction).First();
    }

    private async Task<(long Rows, double ValueBytes)> CountAsync(CancellationToken cancellationToken)
    {
        var (rows, bytes) = (0L, 0.0);
        foreach (var part in (await TablePartReader.ReadAsync(connection, target, cancellationToken).ConfigureAwait(false))
            .Where(part => !part.Partitioned))
        {
            var (partRows, partBytes) = await TablePartReader.MeasureAsync(connection, part, target, cancellationToken)
                .ConfigureAwait(false);
            bytes = Math.Max(bytes, partBytes);
            rows += partRows;
        }

        return (rows, bytes);
    }

    // Of a small table at most a tenth is kept out.
    private int Kept(long rows) => options.QueryVectors is not null ? 0 : (int)Math.Min(options.Queries, rows / 10);

    private async Task<(IReadOnlyList<QueryVector> Queries, string Source)> QueriesAsync(
        TableCopy copy, long rows, CancellationToken cancellationToken)
    {
        if (options.QueryVectors is { } given)
            return (
                [.. given.Select(values => QueryVector.Of(values, target))], $"{given.Count} queries that were given");
        var kept = await copy.TakeOutAsync(Kept(rows), cancellationToken).ConfigureAwait(false);
        return (kept, $"{kept.Count} rows that were kept out of the index");
    }

    private async Task<IndexTuningCurve> CurveAsync(
        TableCopy copy,
        IndexMeter meter,
        IReadOnlyList<QueryVector> queries,
        IReadOnlyList<double[]> exact,
        HnswOptions hnsw,
        (long Rows, double ValueBytes) all,
        CancellationToken cancellationToken)
    {
        progress?.Report($"m = {hnsw.M}, ef_construction = {hnsw.EfConstruction}: building on {copy.Rows:N0} rows…");
        var (bytes, seconds) = await copy.BuildAsync(hnsw, null, cancellationToken).ConfigureAwait(false);
        var measures = await ClimbAsync(meter, queries, exact, null, cancellationToken).ConfigureAwait(false);
        var efSearch = EfSearchCurve.Find([.. measures.Select(m => (m.EfSearch, m.Recall))], options.Recall);
        return new IndexTuningCurve(
            hnsw.M,
            hnsw.EfConstruction,
            seconds,
            bytes,
            GraphSize.Fresh(all.Rows, all.ValueBytes, hnsw.M),
            GraphMemory.Needed(all.Rows, all.ValueBytes, hnsw.M, connection.PostgreSqlVersion.Major, parallel: true),
            measures,
            efSearch,
            efSearch is { } found ? EfSearchCurve.At([.. measures.Select(m => (m.EfSearch, m.Pages))], found) : null);
    }

    /// <summary>Measures at growing ef_search until the recall is reached, and once beyond.</summary>
    private async Task<IReadOnlyList<IndexMeasure>> ClimbAsync(
        IndexMeter meter,
        IReadOnlyList<QueryVector> queries,
        IReadOnlyList<double[]> exact,
        string? filter,
        CancellationToken cancellationToken)
    {
        var measures = new List<IndexMeasure>();
        // With fewer candidates than rows asked for, some don't come back.
        foreach (var efSearch in Ladder.Where(ef => ef >= options.K).Append(1_000).Distinct())
        {
            var reached = measures.Count > 0 && measures[^1].Recall >= options.Recall;
            measures.Add(await meter.MeasureAsync(queries, exact, filter, efSearch, cancellationToken)
                .ConfigureAwait(false));
            if (reached)
                break;
        }

        return measures;
    }

    private async Task<IndexTuningAdvice?> AdviseAsync(
        TableCopy copy,
        IndexMeter meter,
        IReadOnlyList<QueryVector> queries,
        List<IndexTuningCurve> curves,
        long rows,
        CancellationToken cancellationToken)
    {
        if (Best(curves) is not { } best)
            return null;
        var whole = (copy.Rows, Points(best.Measures));
        if (copy.Rows >= rows * 0.85)
        {
            var efSearch = Rounded(best.EfSearch!.Value);
            return new IndexTuningAdvice(best.M, best.EfConstruction, efSearch, efSearch, efSearch, 0);
        }

        var hnsw = new HnswOptions { M = best.M, EfConstruction = best.EfConstruction };
        var parts = new List<(long, IReadOnlyList<(int, IReadOnlyList<double>)>)>();
        foreach (var part in (long[])[copy.Rows / 4, copy.Rows / 2])
        {
            progress?.Report($"Building on {part:N0} rows, to see how the needed ef_search grows…");
            await copy.BuildAsync(hnsw, part, cancellationToken).ConfigureAwait(false);
            var filter = TableCopy.FirstRows(part);
            var (exact, _) = await meter.ExactAsync(queries, filter, cancellationToken).ConfigureAwait(false);
            parts.Add((part, Points(await ClimbAsync(meter, queries, exact, filter, cancellationToken)
                .ConfigureAwait(false))));
        }

        parts.Add(whole);
        return Extrapolation.Continue(parts, options.Recall, rows) is { } line
            ? new IndexTuningAdvice(
                best.M, best.EfConstruction, Rounded(line.EfSearch), Rounded(line.Low), Rounded(line.High), line.Growth)
            : null;

        static IReadOnlyList<(int, IReadOnlyList<double>)> Points(IReadOnlyList<IndexMeasure> measures) =>
            [.. measures.Select(measure => (measure.EfSearch, measure.Recalls))];
    }

    private int Rounded(double efSearch) => (int)Math.Ceiling(Math.Clamp(efSearch, options.K, 1_000));
}
