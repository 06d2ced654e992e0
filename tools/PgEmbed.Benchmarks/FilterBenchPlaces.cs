using System.Numerics.Tensors;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Lays vectors on a line so that neighbours stay together: a set is halved across the direction between its two
/// centres (2-means over a sample), and each half again.
/// </summary>
internal static class FilterBenchPlaces
{
    private const int Leaf = 4;
    private const int Sample = 64;
    private const int Rounds = 4;

    /// <summary>The place of each vector, in [0, 1).</summary>
    public static double[] Of(VectorBlock vectors)
    {
        var order = Enumerable.Range(0, vectors.Count).ToArray();
        Halve(vectors, order, new Random(1));
        var places = new double[vectors.Count];
        for (var i = 0; i < order.Length; i++)
            places[order[i]] = (double)i / order.Length;
        return places;
    }

    private static void Halve(VectorBlock vectors, Span<int> part, Random random)
    {
        if (part.Length <= Leaf)
            return;
        var direction = Direction(vectors, part, random);
        var along = new float[part.Length];
        for (var i = 0; i < part.Length; i++)
            along[i] = TensorPrimitives.Dot(vectors[part[i]].Span, direction);
        along.AsSpan().Sort(part);
        Halve(vectors, part[..(part.Length / 2)], random);
        Halve(vectors, part[(part.Length / 2)..], random);
    }

    private static float[] Direction(VectorBlock vectors, ReadOnlySpan<int> part, Random random)
    {
        var sample = new int[Math.Min(Sample, part.Length)];
        for (var i = 0; i < sample.Length; i++)
            sample[i] = part[random.Next(part.Length)];
        float[] one = vectors[sample[0]].ToArray(), other = vectors[sample[^1]].ToArray();
        var direction = new float[vectors.Dimensions];
        for (var round = 0; round < Rounds; round++)
        {
            TensorPrimitives.Subtract(one, other, direction);
            var middle = (TensorPrimitives.Dot(one, direction) + TensorPrimitives.Dot(other, direction)) / 2;
            var (ones, others) = (new float[vectors.Dimensions], new float[vectors.Dimensions]);
            var (oneCount, otherCount) = (0, 0);
            foreach (var index in sample)
            {
                var vector = vectors[index].Span;
                if (TensorPrimitives.Dot(vector, direction) > middle)
                {
                    TensorPrimitives.Add(ones, vector, ones);
                    oneCount++;
                }
                else
                {
                    TensorPrimitives.Add(others, vector, others);
                    otherCount++;
                }
            }

            if (oneCount == 0 || otherCount == 0)
                break;
            TensorPrimitives.Divide(ones, oneCount, one);
            TensorPrimitives.Divide(others, otherCount, other);
        }

        TensorPrimitives.Subtract(one, other, direction);
        return direction;
    }
}
