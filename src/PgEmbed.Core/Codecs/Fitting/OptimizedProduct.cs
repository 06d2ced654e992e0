using MathNet.Numerics.LinearAlgebra.Double;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Codecs.Transforms;

namespace PgEmbed.Codecs.Fitting;

/// <summary>
/// <c>opq</c> (Ge et al. 2014, doi:10.1109/TPAMI.2013.240): a rotation and the centres of a product quantizer behind it,
/// improved in turns. Under given codes the best rotation is the orthogonal Procrustes solution.
/// </summary>
/// <remarks>
/// It begins with the principal directions, dealt out to the parts so that each gets about the same product of
/// variances (the paper's parametric solution).
/// </remarks>
public static class OptimizedProduct
{
    /// <summary>Fits both.</summary>
    /// <param name="sample">What is to be quantized, <c>float[n × d]</c>; at least one vector, better 10,000.</param>
    /// <param name="parts">How many parts, and bytes of a code: 1 to d.</param>
    /// <param name="rounds">How often rotation and centres are improved.</param>
    /// <param name="seed">Chooses the starts.</param>
    /// <exception cref="PgEmbedException">The sample is empty, or a value is not finite.</exception>
    public static (AffineTransform Rotation, ProductQuantizer Quantizer) Fit(
        VectorBlock sample, int parts, int rounds = 20, ulong seed = 1)
    {
        QuantizerSample.Check(sample);
        var rotation = Begin(sample, parts);
        var rotated = Rotate(sample, rotation);
        var quantizer = ProductQuantizer.Fit(rotated, parts, iterations: 8, starts: 1, seed: seed);
        for (var round = 0; round < rounds; round++)
        {
            rotation = Procrustes(sample, Decoded(rotated, quantizer));
            rotated = Rotate(sample, rotation);
            quantizer = quantizer.Continue(rotated, iterations: round == rounds - 1 ? 25 : 3, seed);
        }

        return (rotation, quantizer);
    }

    private static AffineTransform Begin(VectorBlock sample, int parts)
    {
        var covariance = Covariance.Of(sample, centred: false);
        var d = sample.Dimensions;
        var dealt = Enumerable.Range(0, parts).Select(_ => new List<int>()).ToList();
        var rooms = Enumerable.Range(0, parts).Select(p => (d / parts) + (p < d % parts ? 1 : 0)).ToArray();
        var logs = new double[parts];
        for (var i = 0; i < d; i++)
        {
            var open = Enumerable.Range(0, parts).Where(p => dealt[p].Count < rooms[p]);
            var part = open.MinBy(p => (dealt[p].Count == 0 ? double.NegativeInfinity : logs[p], p));
            dealt[part].Add(i);
            logs[part] += Math.Log(Math.Max(covariance.Variances[i], 1e-30));
        }

        var order = dealt.SelectMany(list => list).ToList();
        var directions = DenseMatrix.OfColumnVectors(order.Select(i => covariance.Directions.Column(i)));
        return Rotation(directions);
    }

    /// <summary>The rotation R for which ‖R x − y‖² over all pairs is least: R = V Uᵀ of the SVD of Σ x yᵀ = U S Vᵀ.</summary>
    private static AffineTransform Procrustes(VectorBlock from, VectorBlock to)
    {
        var svd = Moments.Cross(from, to).Svd();
        return Rotation(svd.U * svd.VT);
    }

    /// <summary>A rotation by a matrix whose columns are the new directions.</summary>
    private static AffineTransform Rotation(MathNet.Numerics.LinearAlgebra.Matrix<double> directions) => new(
        "opq", directions.RowCount, directions.RowCount, null,
        LinearFit.Rows(directions, directions.ColumnCount, _ => 1));

    private static VectorBlock Rotate(VectorBlock sample, AffineTransform rotation)
    {
        var rotated = new VectorBlock(sample.Count, sample.Dimensions);
        Parallel.For(0, sample.Count, i => rotation.Apply(sample[i].Span, rotated.Row(i)));
        return rotated;
    }

    private static VectorBlock Decoded(VectorBlock sample, ProductQuantizer quantizer)
    {
        var decoded = new VectorBlock(sample.Count, sample.Dimensions);
        Parallel.For(0, sample.Count, i =>
        {
            var code = new byte[quantizer.CodeBytes];
            quantizer.Encode(sample[i].Span, code);
            quantizer.Decode(code, decoded.Row(i));
        });
        return decoded;
    }
}
