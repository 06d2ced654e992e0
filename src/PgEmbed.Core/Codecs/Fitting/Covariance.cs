using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace PgEmbed.Codecs.Fitting;

/// <summary>Second moments of a sample and their directions.</summary>
internal sealed class Covariance
{
    private Covariance(float[]? mean, double[] variances, Matrix<double> directions)
    {
        Mean = mean;
        Variances = variances;
        Directions = directions;
    }

    /// <summary>The sample's mean, <c>float[d]</c>; null where the moments are taken about zero.</summary>
    public float[]? Mean { get; }

    /// <summary>The variance along each direction, the largest first; none below zero.</summary>
    public double[] Variances { get; }

    /// <summary>The directions, <c>double[d × d]</c>: one a column, the one of the largest variance first.</summary>
    public Matrix<double> Directions { get; }

    /// <summary>Computes them.</summary>
    /// <param name="sample"><c>float[n × d]</c>.</param>
    /// <param name="centred">About the mean, or about zero.</param>
    public static Covariance Of(VectorBlock sample, bool centred)
    {
        var mean = centred ? Moments.Mean(sample) : null;
        var eigen = Moments.Second(sample, mean).Evd(Symmetricity.Symmetric);
        var d = sample.Dimensions;
        // They come in ascending order. A direction's sign is free: its largest part is made positive.
        var variances = new double[d];
        var directions = DenseMatrix.Create(d, d, 0);
        for (var i = 0; i < d; i++)
        {
            variances[i] = Math.Max(0, eigen.EigenValues[d - 1 - i].Real);
            var column = eigen.EigenVectors.Column(d - 1 - i);
            directions.SetColumn(i, column[column.AbsoluteMaximumIndex()] < 0 ? -column : column);
        }

        return new Covariance(mean, variances, directions);
    }
}
