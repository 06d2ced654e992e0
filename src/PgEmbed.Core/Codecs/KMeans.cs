using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PgEmbed.Codecs;

/// <summary>
/// Lloyd's k-means, begun by k-means++ (Arthur and Vassilvitskii 2007), the best of several starts. A cell that loses
/// all its points takes the point that is farthest from its own centre, so that no centre is wasted.
/// </summary>
/// <remarks>
/// Centres are kept transposed, <c>float[d × k]</c>: a point is compared with all of them at once, dimension by dimension.
/// Every step is elementwise, so the result does not depend on the processor's width.
/// </remarks>
internal sealed class KMeans
{
    private readonly VectorBlock _points;
    private readonly int _k;
    private readonly SplitMix _random;

    private KMeans(VectorBlock points, int k, SplitMix random)
    {
        _points = points;
        _k = k;
        _random = random;
    }

    /// <summary>Finds centres.</summary>
    /// <param name="points"><c>float[n × d]</c>; where n is below k, points are taken more than once.</param>
    /// <param name="k">How many centres.</param>
    /// <param name="iterations">The most steps of a start; one that changes nothing ends it earlier.</param>
    /// <param name="starts">How many starts.</param>
    /// <param name="seed">Chooses them; the same on every machine.</param>
    /// <returns><c>float[d × k]</c>, and the sum of squared distances to the nearest.</returns>
    public static (float[] Centres, double Error) Fit(VectorBlock points, int k, int iterations, int starts, ulong seed)
    {
        var best = (Centres: (float[])[], Error: double.PositiveInfinity);
        var random = new SplitMix(seed);
        for (var start = 0; start < starts; start++)
        {
            var run = new KMeans(points, k, random);
            var found = run.Refine(run.Begin(), iterations);
            if (found.Error < best.Error)
                best = found;
        }

        return best;
    }

    /// <summary>Improves centres that are there.</summary>
    /// <inheritdoc cref="Fit"/>
    public static (float[] Centres, double Error) Continue(
        VectorBlock points, float[] centres, int iterations, ulong seed) =>
        new KMeans(points, centres.Length / points.Dimensions, new SplitMix(seed)).Refine(centres, iterations);

    /// <summary>The centre nearest to a point, the first of equals, and the squared distance to it.</summary>
    /// <param name="centres"><c>float[d × k]</c>.</param>
    /// <param name="point"><c>float[d]</c>.</param>
    /// <param name="distances">Memory, and the squared distances to all: <c>float[k]</c>.</param>
    public static (int Centre, float Distance) Nearest(
        ReadOnlySpan<float> centres, ReadOnlySpan<float> point, Span<float> distances)
    {
        var k = distances.Length;
        ref var all = ref MemoryMarshal.GetReference(centres);
        ref var sums = ref MemoryMarshal.GetReference(distances);
        var c = 0;
        for (; c <= k - 32; c += 32)
        {
            var s0 = Vector256<float>.Zero;
            var s1 = Vector256<float>.Zero;
            var s2 = Vector256<float>.Zero;
            var s3 = Vector256<float>.Zero;
            for (var i = 0; i < point.Length; i++)
            {
                var value = Vector256.Create(point[i]);
                ref var row = ref Unsafe.Add(ref all, (i * k) + c);
                s0 += Square(Vector256.LoadUnsafe(ref row) - value);
                s1 += Square(Vector256.LoadUnsafe(ref row, 8) - value);
                s2 += Square(Vector256.LoadUnsafe(ref row, 16) - value);
                s3 += Square(Vector256.LoadUnsafe(ref row, 24) - value);
            }

            s0.StoreUnsafe(ref sums, (nuint)c);
            s1.StoreUnsafe(ref sums, (nuint)c + 8);
            s2.StoreUnsafe(ref sums, (nuint)c + 16);
            s3.StoreUnsafe(ref sums, (nuint)c + 24);
        }

        for (; c < k; c++)
        {
            distances[c] = 0;
            for (var i = 0; i < point.Length; i++)
            {
                var difference = centres[(i * k) + c] - point[i];
                distances[c] += difference * difference;
            }
        }

        var nearest = TensorPrimitives.IndexOfMin<float>(distances);
        return (nearest, distances[nearest]);
    }

    private static Vector256<float> Square(Vector256<float> values) => values * values;

    private float[] Begin()
    {
        var centres = new float[_points.Dimensions * _k];
        var nearest = new double[_points.Count];
        Array.Fill(nearest, double.PositiveInfinity);
        for (var c = 0; c < _k; c++)
        {
            var chosen = c == 0 ? _random.Next(_points.Count) : Draw(nearest);
            Set(centres, c, _points[chosen].Span);
            for (var i = 0; i < nearest.Length; i++)
                nearest[i] = Math.Min(
                    nearest[i], Squared(_points[i].Span, _points[chosen].Span));
        }

        return centres;
    }

    /// <summary>A point, with a probability in proportion to its weight; any where all weights are zero.</summary>
    private int Draw(double[] weights)
    {
        var target = _random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            target -= weights[i];
            if (target < 0)
                return i;
        }

        return _random.Next(weights.Length);
    }

    private (float[] Centres, double Error) Refine(float[] centres, int iterations)
    {
        var d = _points.Dimensions;
        var cells = new int[_points.Count];
        var distances = new float[_points.Count];
        Array.Fill(cells, -1);
        var work = new float[_k];
        var error = 0.0;
        for (var iteration = 0; ; iteration++)
        {
            var changed = 0;
            error = 0;
            for (var i = 0; i < cells.Length; i++)
            {
                var (cell, distance) = Nearest(centres, _points[i].Span, work);
                changed += cell == cells[i] ? 0 : 1;
                cells[i] = cell;
                distances[i] = distance;
                error += distance;
            }

            if (iteration == iterations || changed == 0)
                return (centres, error);
            var sums = new double[d * _k];
            var counts = new int[_k];
            for (var i = 0; i < cells.Length; i++)
            {
                counts[cells[i]]++;
                var point = _points[i].Span;
                for (var j = 0; j < d; j++)
                    sums[(j * _k) + cells[i]] += point[j];
            }

            centres = new float[d * _k];
            for (var c = 0; c < _k; c++)
            {
                for (var j = 0; j < d && counts[c] > 0; j++)
                    centres[(j * _k) + c] = (float)(sums[(j * _k) + c] / counts[c]);
            }

            Repair(centres, counts, distances);
        }
    }

    private void Repair(float[] centres, int[] counts, float[] distances)
    {
        for (var c = 0; c < _k; c++)
        {
            if (counts[c] > 0)
                continue;
            var farthest = TensorPrimitives.IndexOfMax<float>(distances);
            Set(centres, c, _points[farthest].Span);
            distances[farthest] = 0;
        }
    }

    private void Set(float[] centres, int c, ReadOnlySpan<float> point)
    {
        for (var j = 0; j < point.Length; j++)
            centres[(j * _k) + c] = point[j];
    }

    private static double Squared(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        return sum;
    }
}
