using System.Buffers.Binary;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// <c>rabitq</c> (Gao and Long 2024, arXiv:2405.12497): the signs of a centred and randomly rotated vector y, with its
/// length and the inner product a = ⟨ȳ, y/‖y‖⟩ of its direction and the signs' ȳ = signs/√d, both as float32 in front.
/// The estimate ⟨q, y⟩ ≈ ‖y‖ ⟨q, ȳ⟩ / a is right on average over rotations, and its error has a bound.
/// </summary>
/// <remarks>It stands behind a centring and a rotation; without a rotation the estimate is not unbiased.</remarks>
public sealed class RaBitQQuantizer(int dimensions) : VectorQuantizer(dimensions)
{
    private const int Header = 2 * sizeof(float);

    /// <inheritdoc/>
    public override int CodeBytes => Header + Bits.Bytes(Dimensions);

    /// <inheritdoc/>
    public override string Name => "rabitq";

    /// <inheritdoc/>
    public override CodeLayout Layout => new([-1, 1]) { HasFactor = true };

    internal override QuantizerKind Kind => QuantizerKind.RaBitQ;

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        vector = vector[..Dimensions];
        code = code[..CodeBytes];
        Bits.WriteSigns(vector, code[Header..]);
        var length = MathF.Sqrt(FixedOrder.SumOfSquares(vector));
        using var magnitudes = new Scratch(Dimensions);
        using var ones = new Scratch(Dimensions);
        for (var i = 0; i < Dimensions; i++)
            magnitudes.Span[i] = MathF.Abs(vector[i]);
        ones.Span.Fill(1);
        // Of the zero vector nothing is to be estimated: its length of 0 makes the product 0, whatever a is.
        var agreement = length > 0 && float.IsFinite(length)
            ? FixedOrder.Dot(magnitudes.Span, ones.Span) / (length * MathF.Sqrt(Dimensions))
            : 1;
        BinaryPrimitives.WriteSingleLittleEndian(code, float.IsFinite(length) ? length : 0);
        BinaryPrimitives.WriteSingleLittleEndian(code[sizeof(float)..], agreement);
    }

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        var size = Factor(code);
        for (var i = 0; i < Dimensions; i++)
            vector[i] = size * Bits.Sign(code[Header..], i);
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query) => PrepareEstimator(query);

    /// <summary>Prepares a query for estimates with their bounds.</summary>
    /// <param name="query"><c>float[d]</c>, centred and rotated as the codes' vectors were.</param>
    public RaBitQEstimator PrepareEstimator(ReadOnlySpan<float> query)
    {
        query = query[..Dimensions];
        return new RaBitQEstimator(this, Bits.SignedSums(query), MathF.Sqrt(FixedOrder.SumOfSquares(query)));
    }

    internal override void Write(CodecWriter writer) => writer.Write(Dimensions);

    internal static ReadOnlySpan<byte> SignsOf(ReadOnlySpan<byte> code) => code[Header..];

    internal static (float Length, float Agreement) FactorsOf(ReadOnlySpan<byte> code) => (
        BinaryPrimitives.ReadSingleLittleEndian(code),
        BinaryPrimitives.ReadSingleLittleEndian(code[sizeof(float)..]));

    /// <summary>What each sign is multiplied with: ‖y‖ / (a √d).</summary>
    internal float Factor(ReadOnlySpan<byte> code)
    {
        var (length, agreement) = FactorsOf(code);
        return length / (agreement * MathF.Sqrt(Dimensions));
    }
}
