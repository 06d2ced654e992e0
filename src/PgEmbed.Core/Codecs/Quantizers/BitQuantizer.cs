using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// <c>bit</c>: one sign a dimension, to stand behind centring and a rotation, so that signs are as often one as the
/// other and tell of every direction alike. What a code stands for are the signs times the sample's mean magnitude.
/// </summary>
public sealed class BitQuantizer : VectorQuantizer
{
    private readonly float _magnitude;

    private BitQuantizer(int dimensions, float magnitude)
        : base(dimensions) => _magnitude = magnitude;

    /// <inheritdoc/>
    public override int CodeBytes => Bits.Bytes(Dimensions);

    /// <inheritdoc/>
    public override string Name => "bit";

    /// <inheritdoc/>
    public override CodeLayout Layout => new([-_magnitude, _magnitude]);

    internal override QuantizerKind Kind => QuantizerKind.Bit;

    internal override IReadOnlyList<(int Dimension, float Cut)> Signs =>
        [.. Enumerable.Range(0, Dimensions).Select(i => (i, 0f))];

    /// <summary>Fits the magnitude that the signs stand for.</summary>
    /// <param name="sample">What is to be quantized, <c>float[n × d]</c>; at least one vector.</param>
    /// <exception cref="PgEmbedException">The sample is empty, or a value is not finite.</exception>
    public static BitQuantizer Fit(VectorBlock sample)
    {
        QuantizerSample.Check(sample);
        var mean = TensorPrimitives.SumOfMagnitudes(sample.Values.Span) / sample.Values.Length;
        return new BitQuantizer(sample.Dimensions, mean > 0 && float.IsFinite(mean) ? mean : 1);
    }

    /// <summary>How many bits of two codes differ: what pgvector's <c>&lt;~&gt;</c> gives of them.</summary>
    public static int Hamming(ReadOnlySpan<byte> code, ReadOnlySpan<byte> other) => Bits.Hamming(code, other);

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code) =>
        Bits.WriteSigns(vector[..Dimensions], code);

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        for (var i = 0; i < Dimensions; i++)
            vector[i] = _magnitude * Bits.Sign(code, i);
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query) =>
        new Scorer(Bits.SignedSums(query[..Dimensions]), _magnitude);

    internal override void Write(CodecWriter writer)
    {
        writer.Write(Dimensions);
        writer.Write(_magnitude);
    }

    internal static BitQuantizer Read(CodecReader reader)
    {
        var dimensions = reader.ReadDimensions();
        var magnitude = reader.ReadSingle();
        CodecReader.Require(magnitude > 0, $"a magnitude above 0, got {magnitude}");
        return new BitQuantizer(dimensions, magnitude);
    }

    private sealed class Scorer(float[] sums, float magnitude) : CodeScorer
    {
        public override float Dot(ReadOnlySpan<byte> code) => magnitude * Bits.SumOf(sums, code);
    }
}
