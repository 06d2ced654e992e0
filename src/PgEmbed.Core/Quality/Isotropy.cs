using System.Numerics.Tensors;

namespace PgEmbed.Quality;

/// <summary>How evenly vectors spread over their dimensions: what is spread evenly has few dimensions to spare.</summary>
/// <param name="MeanCosine">The mean cosine of two vectors: 0 where they point everywhere, near 1 where they share a direction.</param>
/// <param name="EffectiveDimensions">
/// (Σλ)² / Σλ² over the eigenvalues of the covariance, the participation ratio: d where the variance is the same in all
/// directions, 1 where it is in one. NaN where all vectors are the same.
/// </param>
/// <param name="Share"><paramref name="EffectiveDimensions"/> / d, above 0 up to 1, but for the noise of a small sample.</param>
public sealed record Isotropy(double MeanCosine, double EffectiveDimensions, double Share)
{
    /// <summary>Measures a sample.</summary>
    /// <param name="vectors">
    /// <c>float[n × d]</c>, at least 3; all pairs are looked at, so a few thousand. Zero vectors have no cosine and are left
    /// out of that mean.
    /// </param>
    /// <param name="metric">Under cosine, vectors are taken as if they had length 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Isotropy Of(VectorBlock vectors, DistanceMetric metric, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfLessThan(vectors.Count, 3);
        var (n, d) = (vectors.Count, vectors.Dimensions);
        var unit = new VectorBlock(n, d);
        var directions = 0;
        for (var i = 0; i < n; i++)
        {
            var length = TensorPrimitives.Norm(vectors[i].Span);
            if (!(length > 0))
                continue;
            directions++;
            TensorPrimitives.Divide(vectors[i].Span, length, unit.Row(i));
        }

        // All pairs' cosines are summed by the length of the vectors' sum.
        var sum = Sum(unit);
        var meanCosine = directions < 2
            ? double.NaN
            : (sum.Sum(value => value * value) - directions) / (directions * (directions - 1.0));

        // tr(C²) from pairs of different vectors alone, ⟨x, y⟩²: with the pairs of a vector and itself the estimate would
        // grow with n/d. Centring on the sample's own mean shrinks both traces by a share of 1/n.
        var centred = Centred(metric == DistanceMetric.Cosine ? unit : vectors);
        var squares = new double[n];
        Parallel.For(
            0,
            n,
            new ParallelOptions { CancellationToken = cancellationToken },
            i =>
            {
                for (var j = 0; j < i; j++)
                {
                    double product = TensorPrimitives.Dot(centred[i].Span, centred[j].Span);
                    squares[i] += product * product;
                }
            });
        var ofSquare = 2 * squares.Sum() / (n * (n - 1.0));
        var trace = Enumerable.Range(0, n).Average(i => (double)TensorPrimitives.SumOfSquares(centred[i].Span));
        var effective = ofSquare > 0 ? Math.Min(d, trace * trace / ofSquare) : double.NaN;
        return new Isotropy(meanCosine, effective, effective / d);
    }

    private static VectorBlock Centred(VectorBlock vectors)
    {
        var mean = Array.ConvertAll(Sum(vectors), value => (float)(value / vectors.Count));
        var centred = new VectorBlock(vectors.Count, vectors.Dimensions);
        for (var i = 0; i < vectors.Count; i++)
            TensorPrimitives.Subtract(vectors[i].Span, mean, centred.Row(i));
        return centred;
    }

    private static double[] Sum(VectorBlock vectors)
    {
        var sum = new double[vectors.Dimensions];
        for (var i = 0; i < vectors.Count; i++)
        {
            var row = vectors[i].Span;
            for (var j = 0; j < sum.Length; j++)
                sum[j] += row[j];
        }

        return sum;
    }
}
