using System.Numerics.Tensors;

namespace PgEmbed.Quality;

/// <summary>
/// Local intrinsic dimensionality: how many directions the vectors around a place spread in, which is far fewer than the
/// vector has dimensions. By maximum likelihood from the distances to the k nearest neighbours (Levina and Bickel, Maximum
/// Likelihood Estimation of Intrinsic Dimension, 2004): in m dimensions the share of neighbours within a distance grows as
/// its m-th power.
/// </summary>
public static class IntrinsicDimension
{
    /// <summary>Estimates it from distances to nearest neighbours.</summary>
    /// <param name="distances">
    /// Euclidean distances to the k nearest neighbours, ascending, <c>double[k]</c>. Zeros (doubles of the place itself)
    /// are left out.
    /// </param>
    /// <returns>The estimate; NaN where fewer than three distances differ from zero, or all are equal.</returns>
    public static double FromDistances(ReadOnlySpan<double> distances)
    {
        var first = 0;
        while (first < distances.Length && !(distances[first] > 0))
            first++;
        var near = distances[first..];
        if (near.Length < 3)
            return double.NaN;
        var farthest = near[^1];
        var sum = 0.0;
        foreach (var distance in near[..^1])
            sum += Math.Log(farthest / distance);
        // k − 2 where plain likelihood has k − 1: without the bias that so few distances bring (MacKay and Ghahramani).
        return sum > 0 ? (near.Length - 2) / sum : double.NaN;
    }

    /// <summary>
    /// Estimates it at each of many vectors, from its neighbours among a sample of them. The distances grow when the sample
    /// is smaller, their ratios don't, so a sample of a few thousand does for any number of rows.
    /// </summary>
    /// <param name="vectors">The places, <c>float[n × d]</c>.</param>
    /// <param name="sample">Where neighbours are looked for, <c>float[s × d]</c>; may hold the places themselves.</param>
    /// <param name="metric">Under cosine, vectors are compared as if they had length 1.</param>
    /// <param name="neighbors">How many neighbours count, at least 3.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The estimates, <c>double[n]</c>; NaN where there is none.</returns>
    public static double[] AtEach(
        VectorBlock vectors,
        VectorBlock sample,
        DistanceMetric metric,
        int neighbors = 20,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 3);
        if (vectors.Dimensions != sample.Dimensions)
            throw new ArgumentException(
                $"Expected a sample of {vectors.Dimensions} dimensions, got {sample.Dimensions}.", nameof(sample));
        var (places, others) = metric == DistanceMetric.Cosine ? (Unit(vectors), Unit(sample)) : (vectors, sample);
        var found = new double[places.Count];
        Parallel.For(
            0, places.Count, new ParallelOptions { CancellationToken = cancellationToken }, i => found[i] = At(i));
        return found;

        double At(int place)
        {
            var vector = places[place].Span;
            // The nearest so far, the farthest of them on top.
            var nearest = new PriorityQueue<double, double>(neighbors + 1);
            for (var i = 0; i < others.Count; i++)
            {
                var distance = TensorPrimitives.Distance(vector, others[i].Span);
                if (distance == 0)
                    continue;
                if (nearest.Count < neighbors)
                    nearest.Enqueue(distance, -distance);
                else if (distance < nearest.Peek())
                    nearest.EnqueueDequeue(distance, -distance);
            }

            var distances = new double[nearest.Count];
            for (var i = distances.Length - 1; i >= 0; i--)
                distances[i] = nearest.Dequeue();
            return FromDistances(distances);
        }
    }

    /// <summary>
    /// The dimensionality of the whole: the harmonic mean of the local estimates, since it is their inverses that average
    /// without bias. NaN where there is none.
    /// </summary>
    public static double Mean(IEnumerable<double> local)
    {
        ArgumentNullException.ThrowIfNull(local);
        var (sum, count) = (0.0, 0);
        foreach (var value in local)
        {
            if (double.IsNaN(value))
                continue;
            sum += 1 / value;
            count++;
        }

        return count == 0 ? double.NaN : count / sum;
    }

    private static VectorBlock Unit(VectorBlock vectors)
    {
        var unit = new VectorBlock(vectors.Count, vectors.Dimensions);
        for (var i = 0; i < vectors.Count; i++)
        {
            var length = TensorPrimitives.Norm(vectors[i].Span);
            if (length > 0)
                TensorPrimitives.Divide(vectors[i].Span, length, unit.Row(i));
        }

        return unit;
    }
}
