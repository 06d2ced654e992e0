using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Codecs.Transforms;

namespace PgEmbed.Codecs.Fitting;

/// <summary>Fits transforms that are a matrix, and draws random ones.</summary>
public static class LinearFit
{
    /// <summary>Takes the sample's mean away.</summary>
    /// <param name="sample"><c>float[n × d]</c>; at least one vector.</param>
    /// <exception cref="PgEmbedException">The sample is empty, or a value is not finite.</exception>
    public static AffineTransform Centring(VectorBlock sample)
    {
        QuantizerSample.Check(sample);
        return AffineTransform.Centre(Moments.Mean(sample));
    }

    /// <summary>Principal component analysis: the directions of the largest variance, in that order.</summary>
    /// <param name="sample"><c>float[n × d]</c>; at least one vector.</param>
    /// <param name="dimensions">How many directions are kept, 1 to d.</param>
    /// <param name="centred">
    /// Variance about the sample's mean, or about zero. Uncentred it keeps inner products best, and serves search by
    /// cosine better.
    /// </param>
    /// <exception cref="PgEmbedException">The sample is empty, or a value is not finite.</exception>
    public static AffineTransform Pca(VectorBlock sample, int dimensions, bool centred = false)
    {
        var covariance = Analyse(sample, dimensions, centred);
        return new AffineTransform(
            centred ? "pca-centred" : "pca",
            sample.Dimensions,
            dimensions,
            covariance.Mean,
            Rows(covariance.Directions, dimensions, _ => 1));
    }

    /// <summary>Whitening: PCA about the mean, each direction divided by its standard deviation.</summary>
    /// <inheritdoc cref="Pca"/>
    public static AffineTransform Whitening(VectorBlock sample, int dimensions)
    {
        var covariance = Analyse(sample, dimensions, centred: true);
        // Directions in which the sample hardly varies would blow noise up.
        var least = Math.Max(covariance.Variances[0] * 1e-6, 1e-30);
        double Deviation(int i) => Math.Sqrt(Math.Max(covariance.Variances[i], least));
        return new AffineTransform(
            "whiten",
            sample.Dimensions,
            dimensions,
            covariance.Mean,
            Rows(covariance.Directions, dimensions, i => 1 / Deviation(i)),
            Rows(covariance.Directions, dimensions, Deviation));
    }

    /// <summary>A random rotation by a dense orthogonal matrix.</summary>
    /// <param name="dimensions">d.</param>
    /// <param name="seed">Chooses it.</param>
    public static AffineTransform Rotation(int dimensions, ulong seed)
    {
        var random = new SplitMix(seed);
        var orthogonal = DenseMatrix.Create(dimensions, dimensions, (_, _) => random.NextGaussian()).QR().Q;
        return new AffineTransform(
            "rotate-dense", dimensions, dimensions, null, Rows(orthogonal, dimensions, _ => 1));
    }

    /// <summary>A random projection by a matrix of normally distributed numbers (Johnson and Lindenstrauss 1984).</summary>
    /// <param name="inputDimensions">n.</param>
    /// <param name="outputDimensions">m, 1 to n.</param>
    /// <param name="seed">Chooses it.</param>
    /// <remarks>Back by the transpose, so inner products are right on average over projections.</remarks>
    public static AffineTransform GaussianProjection(int inputDimensions, int outputDimensions, ulong seed)
    {
        CheckOutput(outputDimensions, inputDimensions);
        var random = new SplitMix(seed);
        var scale = 1 / Math.Sqrt(outputDimensions);
        var matrix = new float[inputDimensions * outputDimensions];
        for (var i = 0; i < matrix.Length; i++)
            matrix[i] = (float)(scale * random.NextGaussian());
        return new AffineTransform("gaussian", inputDimensions, outputDimensions, null, matrix);
    }

    /// <summary>The first columns of a matrix as rows, each times a factor: <c>float[count × d]</c>.</summary>
    internal static float[] Rows(Matrix<double> columns, int count, Func<int, double> factor)
    {
        var d = columns.RowCount;
        var rows = new float[count * d];
        for (var i = 0; i < count; i++)
        {
            var scale = factor(i);
            for (var j = 0; j < d; j++)
                rows[(i * d) + j] = (float)(columns[j, i] * scale);
        }

        return rows;
    }

    private static Covariance Analyse(VectorBlock sample, int dimensions, bool centred)
    {
        QuantizerSample.Check(sample);
        CheckOutput(dimensions, sample.Dimensions);
        return Covariance.Of(sample, centred);
    }

    private static void CheckOutput(int outputDimensions, int inputDimensions)
    {
        if (outputDimensions < 1 || outputDimensions > inputDimensions)
            throw new ArgumentOutOfRangeException(
                nameof(outputDimensions), outputDimensions, $"Expected 1 to {inputDimensions} dimensions.");
    }
}
