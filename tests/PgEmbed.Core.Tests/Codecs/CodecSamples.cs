namespace PgEmbed.Core.Tests.Codecs;

/// <summary>Vectors like a model's: a few directions vary most, and all have a common part.</summary>
internal static class CodecSamples
{
    public static VectorBlock Make(int count, int dimensions, int seed = 7)
    {
        var random = new Random(seed);
        var mixing = new float[dimensions, dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            for (var j = 0; j < dimensions; j++)
                mixing[i, j] = Gaussian(random) / MathF.Sqrt(1 + j);
        }

        var block = new VectorBlock(count, dimensions);
        var source = new float[dimensions];
        for (var n = 0; n < count; n++)
        {
            for (var j = 0; j < dimensions; j++)
                source[j] = Gaussian(random);
            var row = block.Row(n);
            for (var i = 0; i < dimensions; i++)
            {
                row[i] = 0.5f;
                for (var j = 0; j < dimensions; j++)
                    row[i] += mixing[i, j] * source[j];
            }

            Normalize(row);
        }

        return block;
    }

    public static float Gaussian(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }

    /// <summary>The share of the true k nearest that are among the k nearest by other distances.</summary>
    public static double Recall(VectorBlock vectors, VectorBlock queries, int k, Func<int, float[]> distances)
    {
        var found = 0;
        for (var q = 0; q < queries.Count; q++)
        {
            var exact = Enumerable.Range(0, vectors.Count)
                .OrderBy(i => -Dot(vectors[i].Span, queries[q].Span)).Take(k).ToHashSet();
            var other = distances(q);
            found += Enumerable.Range(0, vectors.Count).OrderBy(i => other[i]).Take(k).Count(exact.Contains);
        }

        return (double)found / (k * queries.Count);
    }

    private static void Normalize(Span<float> row)
    {
        var length = (float)Math.Sqrt(Dot(row, row));
        for (var i = 0; i < row.Length; i++)
            row[i] /= length;
    }
}
