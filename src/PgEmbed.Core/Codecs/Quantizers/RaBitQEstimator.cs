namespace PgEmbed.Codecs.Quantizers;

/// <summary>Estimates inner products of one query with <c>rabitq</c> codes.</summary>
public sealed class RaBitQEstimator : CodeScorer
{
    private readonly RaBitQQuantizer _quantizer;
    private readonly float[] _sums;
    private readonly float _queryLength;

    internal RaBitQEstimator(RaBitQQuantizer quantizer, float[] sums, float queryLength)
    {
        _quantizer = quantizer;
        _sums = sums;
        _queryLength = queryLength;
    }

    /// <inheritdoc/>
    public override float Dot(ReadOnlySpan<byte> code) =>
        _quantizer.Factor(code) * Bits.SumOf(_sums, RaBitQQuantizer.SignsOf(code));

    /// <summary>
    /// How far the estimate may be off: ‖q‖ ‖y‖ √((1 − a²)/a²) ε / √(d − 1), theorem 3.2 of the paper.
    /// </summary>
    /// <param name="code">The code.</param>
    /// <param name="epsilon">
    /// ε₀: an error is larger with a probability below 2 exp(−ε²/2) or so; the paper takes 1.9.
    /// </param>
    public float ErrorBound(ReadOnlySpan<byte> code, float epsilon = 1.9f)
    {
        var (length, agreement) = RaBitQQuantizer.FactorsOf(code);
        var spread = MathF.Sqrt(Math.Max(0, 1 - (agreement * agreement))) / agreement;
        return _queryLength * length * spread * epsilon / MathF.Sqrt(Math.Max(1, _quantizer.Dimensions - 1));
    }
}
