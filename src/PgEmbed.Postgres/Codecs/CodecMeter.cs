using System.Diagnostics;
using PgEmbed.Codecs;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Codecs;

/// <summary>
/// Measures what codecs keep of a ranking by full vectors, in memory: candidates by the indexed form, exactly, then ranked by
/// the rescoring form. What an HNSW index loses comes on top, and depends on ef_search instead of the codec.
/// </summary>
internal sealed class CodecMeter
{
    private const int Places = 10;
    private static readonly int[] Candidates = [40, 100, 200];

    private readonly CodecSample _sample;
    private readonly DistanceMetric _metric;
    private readonly FormRanking _full;
    private readonly double[][] _exact;
    private readonly double[]? _fullNdcg;
    // Codecs share indexed forms, and ranking by one takes longest.
    private readonly Dictionary<string, int[][]> _candidates = new(StringComparer.Ordinal);

    public CodecMeter(CodecSample sample, DistanceMetric metric, CancellationToken cancellationToken)
    {
        (_sample, _metric) = (sample, metric);
        _full = new FormRanking(sample.Rows, sample.Queries, metric);
        var nearest = All(_full, Most, cancellationToken);
        _exact = [.. nearest.Select((rows, query) => Distances(query, rows.Take(Places)))];
        _fullNdcg = sample.Grades is null ? null : [.. nearest.Select((rows, query) => Ndcg(query, rows))];
    }

    /// <summary>The most candidates that are looked at.</summary>
    public static int Most => Candidates[^1];

    /// <summary>The full vectors' nDCG@10; null without judged queries.</summary>
    public double? FullNdcg => _fullNdcg?.Average();

    /// <summary>What a codec keeps, by growing candidates.</summary>
    /// <param name="indexed">Its indexed form; of a codec without tiers what its column holds.</param>
    /// <param name="rescoring">Its rescoring form; null without tiers.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public IReadOnlyList<CodecQuality> Qualities(
        IndexedForm indexed, VectorCodec? rescoring, CancellationToken cancellationToken)
    {
        var candidates = CandidatesOf(indexed, cancellationToken);
        var scores = rescoring is null ? null : Scores(rescoring, candidates, cancellationToken);
        return [.. Candidates.Select(count => Quality(count, candidates, scores))];
    }

    /// <summary>Vectors that one core encodes in a second.</summary>
    public double EncodedPerSecond(IndexedForm indexed, VectorCodec? rescoring)
    {
        var count = Math.Min(2_000, _sample.Rows.Count);
        var (form, code) = (new byte[indexed.Bytes], new byte[rescoring?.CodeBytes ?? 0]);
        return count / Quickest(() =>
        {
            for (var i = 0; i < count; i++)
            {
                indexed.Encode(_sample.Rows[i].Span, form);
                rescoring?.Encode(_sample.Rows[i].Span, code);
            }
        });
    }

    /// <summary>Microseconds that one core takes to rank 100 candidates of a query.</summary>
    public double ScoreMicroseconds(VectorCodec rescoring)
    {
        var count = Math.Min(100, _sample.Rows.Count);
        var (codes, distances) = (new byte[count * rescoring.CodeBytes], new float[count]);
        for (var i = 0; i < count; i++)
            rescoring.Encode(_sample.Rows[i].Span, codes.AsSpan(i * rescoring.CodeBytes, rescoring.CodeBytes));
        var queries = Math.Min(50, _sample.Queries.Count);
        return 1e6 / queries * Quickest(() =>
        {
            for (var i = 0; i < queries; i++)
                rescoring.Prepare(_sample.Queries[i].Span).Distances(codes, distances);
        });
    }

    private CodecQuality Quality(int count, int[][] candidates, float[][]? scores)
    {
        var rankings = candidates.Select((rows, query) => scores is null
            ? rows
            : rows.Take(count).Zip(scores[query]).OrderBy(row => row.Second).ThenBy(row => row.First)
                .Select(row => row.First)).Select(rows => rows.ToArray()).ToList();
        double[] recalls =
        [
            .. rankings.Select((rows, query) => NeighborRecall.Of(_exact[query], Distances(query, rows.Take(Places)))),
        ];
        var (recall, interval) = (recalls.Average(), NeighborRecall.Interval(recalls));
        if (_fullNdcg is null)
            return new CodecQuality(
                count, recall, interval, null, 100 * (1 - recall), new(100 * (1 - interval.High), 100 * (1 - interval.Low)));
        double[] losses = [.. rankings.Select((rows, query) => _fullNdcg[query] - Ndcg(query, rows))];
        var (full, loss) = (_fullNdcg.Average(), losses.Average());
        var around = Bootstrap.Mean(losses) ?? new ConfidenceInterval(loss, loss);
        return new CodecQuality(
            count, recall, interval, full - loss, 100 * loss / full, new(100 * around.Low / full, 100 * around.High / full));
    }

    private int[][] CandidatesOf(IndexedForm indexed, CancellationToken cancellationToken)
    {
        var key = indexed.Codec.Fingerprint;
        if (!_candidates.TryGetValue(key, out var found))
            _candidates[key] = found = All(
                new FormRanking(indexed, _sample.Rows, _sample.Queries, _metric), Most, cancellationToken);
        return found;
    }

    private int[][] All(FormRanking ranking, int count, CancellationToken cancellationToken)
    {
        var found = new int[_sample.Queries.Count][];
        Parallel.For(
            0,
            found.Length,
            new ParallelOptions { CancellationToken = cancellationToken },
            query => found[query] = ranking.Nearest(query, count));
        return found;
    }

    private float[][] Scores(VectorCodec rescoring, int[][] candidates, CancellationToken cancellationToken)
    {
        var scores = new float[candidates.Length][];
        Parallel.For(
            0,
            scores.Length,
            new ParallelOptions { CancellationToken = cancellationToken },
            query =>
            {
                var rows = candidates[query];
                var (bytes, distances) = (rescoring.CodeBytes, new float[rows.Length]);
                var codes = new byte[rows.Length * bytes];
                for (var i = 0; i < rows.Length; i++)
                    rescoring.Encode(_sample.Rows[rows[i]].Span, codes.AsSpan(i * bytes, bytes));
                rescoring.Prepare(_sample.Queries[query].Span).Distances(codes, distances);
                scores[query] = distances;
            });
        return scores;
    }

    private double[] Distances(int query, IEnumerable<int> rows) =>
        [.. rows.Select(row => (double)_full.Distance(query, row))];

    // A document is found by its best chunk.
    private double Ndcg(int query, IEnumerable<int> rows)
    {
        var grades = _sample.Grades![query];
        int[] ranked =
        [
            .. rows.Select(row => _sample.Documents![row]).Distinct(StringComparer.Ordinal).Take(Places)
                .Select(document => grades.GetValueOrDefault(document)),
        ];
        return QualityMeasure.Ndcg(Places).Of(ranked, grades.Values);
    }

    // The quickest of some, so that neither a cold start nor a slower moment of the machine tells anything.
    private static double Quickest(Action action)
    {
        for (var warming = Stopwatch.StartNew(); warming.ElapsedMilliseconds < 100;)
            action();
        var best = double.PositiveInfinity;
        for (var round = 0; round < 3; round++)
        {
            var watch = Stopwatch.StartNew();
            action();
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return best;
    }
}
