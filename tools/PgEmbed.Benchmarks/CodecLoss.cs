using System.Diagnostics;
using System.Runtime.Intrinsics;
using PgEmbed.Codecs;
using PgEmbed.Quality;

namespace PgEmbed.Benchmarks;

/// <summary>What one codec keeps of the ranking by full vectors, and how quick it is.</summary>
/// <param name="Model">The model that made the vectors.</param>
/// <param name="Recipe">The codec.</param>
/// <param name="Bytes">The length of a code.</param>
/// <param name="Ndcg">nDCG@10 over all judged queries, ranked by the codes alone.</param>
/// <param name="LossPercent">How much of the full vectors' nDCG@10 is lost.</param>
/// <param name="Recalls">Of the ten nearest, the share that is among the C nearest by the codes; by C.</param>
/// <param name="EncodedPerSecond">Vectors that one core codes in a second.</param>
/// <param name="ScoredPerSecond">Codes that one core scores in a second.</param>
internal sealed record CodecLoss(
    string Model,
    string Recipe,
    int Bytes,
    double Ndcg,
    double LossPercent,
    IReadOnlyDictionary<int, double> Recalls,
    double EncodedPerSecond,
    double ScoredPerSecond)
{
    private static readonly int[] Candidates = [10, 40, 100, 200];

    public IReadOnlyDictionary<string, object> Row
    {
        get
        {
            var row = new Dictionary<string, object>
            {
                ["model"] = Model, ["codec"] = Recipe, ["bytes"] = Bytes,
                ["ndcg@10"] = Math.Round(Ndcg, 4), ["loss_percent"] = LossPercent,
            };
            foreach (var count in Candidates)
                row[count == 10 ? "recall@10" : $"recall@10_of_{count}"] = RecallOf(count);
            row["encoded_per_s"] = Math.Round(EncodedPerSecond);
            row["scored_per_s"] = Math.Round(ScoredPerSecond);
            row["sql_ms"] = Math.Round(SqlMilliseconds, 2);
            return row;
        }
    }

    /// <summary>Milliseconds that SQL takes for a query's distances to 100 codes.</summary>
    public double SqlMilliseconds { get; init; }

    public double RecallOf(int candidates) => Math.Round(Recalls[candidates], 4);

    public static CodecLoss Of(string model, string recipe, VectorCodec codec, CodecBenchData data, double? full)
    {
        var codes = new byte[data.Documents.Count * codec.CodeBytes];
        // Until the compiler has optimized it.
        for (var warming = Stopwatch.StartNew(); warming.ElapsedMilliseconds < 300;)
            codec.Encode(data.Documents[0].Span, codes.AsSpan(0, codec.CodeBytes));
        // The quickest of three, so that neither a cold start nor a slower moment of the machine tells anything.
        var encoding = Enumerable.Range(0, 3).Min(_ => Seconds(() =>
        {
            for (var i = 0; i < data.Documents.Count; i++)
                codec.Encode(data.Documents[i].Span, codes.AsSpan(i * codec.CodeBytes, codec.CodeBytes));
        }));
        // Codes that fit the cache, over and over.
        var few = codes.AsMemory(0, Math.Min(1_000, data.Documents.Count) * codec.CodeBytes);
        var distances = new float[few.Length / codec.CodeBytes];
        var query = codec.Prepare(data.Queries[0].Span);
        // Until the compiler has optimized it, which begins a tenth of a second after the first calls.
        for (var warming = Stopwatch.StartNew(); warming.ElapsedMilliseconds < 300;)
            query.Distances(few.Span, distances);
        var scoring = Enumerable.Range(0, 50).Min(_ => Seconds(() => query.Distances(few.Span, distances)));

        var ndcg = new double[data.Queries.Count];
        var found = new int[data.Queries.Count][];
        Parallel.For(0, data.Queries.Count, q =>
        {
            var all = new float[data.Documents.Count];
            codec.Prepare(data.Queries[q].Span).Distances(codes, all);
            var ranks = data.Nearest[q].Select(place => Rank(all, place)).ToList();
            found[q] = [.. Candidates.Select(count => ranks.Count(rank => rank < count))];
            var grades = new int[10];
            foreach (var (place, grade) in data.Grades[q])
            {
                if (Rank(all, place) is var rank && rank < grades.Length)
                    grades[rank] = grade;
            }

            ndcg[q] = QualityMeasure.Ndcg(10).Of(grades, data.Grades[q].Values);
        });
        var mean = ndcg.Average();
        return new CodecLoss(
            model,
            recipe,
            codec.CodeBytes,
            mean,
            full is null ? 0 : Math.Round(100 * (full.Value - mean) / full.Value, 3),
            Candidates.Index().ToDictionary(c => c.Item, c => found.Average(counts => counts[c.Index] / 10.0)),
            data.Documents.Count / encoding,
            distances.Length / scoring);
    }

    // How many documents come before one; of equals the first comes first.
    private static int Rank(float[] distances, int place)
    {
        var own = distances[place];
        var rank = 0;
        var i = 0;
        var below = Vector256<int>.Zero;
        for (; i <= place - Vector256<float>.Count; i += Vector256<float>.Count)
            below -= Vector256.LessThanOrEqual(Vector256.Create(distances, i), Vector256.Create(own)).AsInt32();
        for (; i < place; i++)
            rank += distances[i] <= own ? 1 : 0;
        for (; i <= distances.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            below -= Vector256.LessThan(Vector256.Create(distances, i), Vector256.Create(own)).AsInt32();
        for (; i < distances.Length; i++)
            rank += distances[i] < own ? 1 : 0;
        return rank + Vector256.Sum(below);
    }

    private static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }
}
