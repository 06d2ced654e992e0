using System.Numerics.Tensors;
using PgEmbed.Codecs;
using PgEmbed.Codecs.Quantizers;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Among how many candidates by the indexed form the 10 nearest are: rows of a sample are searched for among the others,
/// exactly and by the form.
/// </summary>
internal static class CandidateCount
{
    private const int K = 10;
    private const int Queries = 200;
    private const double Share = 0.99;

    /// <summary>Counts them.</summary>
    /// <param name="form">The form.</param>
    /// <param name="vectors"><c>float[n × d]</c>.</param>
    /// <param name="rows">How many vectors there are in all: among more, more are needed.</param>
    /// <returns>From 20 to 1,000.</returns>
    public static int Of(IndexedForm form, VectorBlock vectors, long rows)
    {
        var forms = new float[]?[vectors.Count];
        var codes = new byte[vectors.Count][];
        Parallel.For(0, vectors.Count, i =>
        {
            codes[i] = new byte[form.Bytes];
            form.Encode(vectors[i].Span, codes[i]);
            if (form.IsBits)
                return;
            forms[i] = new float[form.Dimensions];
            form.Codec.Quantizer.Decode(codes[i], forms[i]);
        });
        // For each of the nearest, how many are before it by the form, itself aside.
        var queries = Math.Min(Queries, vectors.Count);
        var ranks = new int[queries][];
        Parallel.For(0, queries, q =>
        {
            var query = (int)((long)q * vectors.Count / queries);
            var exact = Nearest(i => Distance(form.Codec.Metric, vectors[query].Span, vectors[i].Span));
            var position = new int[vectors.Count];
            var byForm = Nearest(i => form.IsBits
                ? BitQuantizer.Hamming(codes[query], codes[i])
                : Distance(form.Codec.Metric, forms[query], forms[i]));
            for (var n = 0; n < byForm.Length; n++)
                position[byForm[n]] = n;
            ranks[q] = [.. exact.Take(K).Select(i => position[i] + 1)];

            int[] Nearest(Func<int, double> distance)
            {
                var order = Enumerable.Range(0, vectors.Count).Where(i => i != query).ToArray();
                var distances = Array.ConvertAll(order, i => distance(i));
                Array.Sort(distances, order);
                return order;
            }
        });
        var sorted = ranks.SelectMany(r => r).Order().ToArray();
        if (sorted.Length == 0)
            return 2 * K;
        var needed = sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(Share * sorted.Length) - 1)];
        var growth = Math.Pow(Math.Max(1, (double)rows / vectors.Count), 0.25);
        return (int)Math.Clamp(Math.Ceiling(needed * growth), 2 * K, 1_000);
    }

    private static double Distance(DistanceMetric metric, ReadOnlySpan<float> a, ReadOnlySpan<float> b) => metric switch
    {
        DistanceMetric.Cosine => -TensorPrimitives.CosineSimilarity(a, b),
        DistanceMetric.L2 => TensorPrimitives.Distance(a, b),
        _ => -TensorPrimitives.Dot(a, b),
    };
}
