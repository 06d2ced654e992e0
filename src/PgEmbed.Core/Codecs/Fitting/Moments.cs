using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace PgEmbed.Codecs.Fitting;

/// <summary>Sums over a sample, in double precision.</summary>
internal static class Moments
{
    /// <summary>The mean of a sample's vectors, <c>float[d]</c>.</summary>
    public static float[] Mean(VectorBlock sample)
    {
        var sums = new double[sample.Dimensions];
        var row = new double[sample.Dimensions];
        for (var i = 0; i < sample.Count; i++)
        {
            TensorPrimitives.ConvertChecked(sample[i].Span, row.AsSpan());
            TensorPrimitives.Add(sums, row, sums);
        }

        return Array.ConvertAll(sums, sum => (float)(sum / sample.Count));
    }

    /// <summary>Σ (a − mean)(a − mean)ᵀ / n, <c>double[d × d]</c>.</summary>
    public static Matrix<double> Second(VectorBlock sample, float[]? mean)
    {
        var columns = Columns(sample, mean);
        var moments = new DenseMatrix(sample.Dimensions);
        Parallel.For(0, sample.Dimensions, i =>
        {
            for (var j = 0; j <= i; j++)
            {
                // The two places are written by this iteration alone.
                var moment = TensorPrimitives.Dot<double>(columns[i], columns[j]) / sample.Count;
                moments[i, j] = moment;
                moments[j, i] = moment;
            }
        });
        return moments;
    }

    /// <summary>Σ a bᵀ over pairs, <c>double[d × d]</c>.</summary>
    public static Matrix<double> Cross(VectorBlock a, VectorBlock b)
    {
        var (left, right) = (Columns(a, null), Columns(b, null));
        var moments = new DenseMatrix(a.Dimensions, b.Dimensions);
        Parallel.For(0, a.Dimensions, i =>
        {
            for (var j = 0; j < b.Dimensions; j++)
                moments[i, j] = TensorPrimitives.Dot<double>(left[i], right[j]);
        });
        return moments;
    }

    private static double[][] Columns(VectorBlock sample, float[]? mean)
    {
        var d = sample.Dimensions;
        var columns = new double[d][];
        Parallel.For(0, d, j =>
        {
            var all = sample.Values.Span;
            columns[j] = new double[sample.Count];
            for (var i = 0; i < sample.Count; i++)
                columns[j][i] = (double)all[(i * d) + j] - (mean is null ? 0 : mean[j]);
        });
        return columns;
    }
}
