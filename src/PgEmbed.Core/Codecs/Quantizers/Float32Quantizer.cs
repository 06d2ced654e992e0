using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>Keeps float32 as it is, little-endian: what others are measured against.</summary>
public sealed class Float32Quantizer(int dimensions) : VectorQuantizer(dimensions)
{
    /// <inheritdoc/>
    public override int CodeBytes => sizeof(float) * Dimensions;

    /// <inheritdoc/>
    public override string Name => "f32";

    /// <inheritdoc/>
    public override CodeLayout Layout => new(
        [.. Enumerable.Range(0, 256).Select(exponent => MathF.ScaleB(1, Math.Max(exponent, 1) - 150))]);

    internal override QuantizerKind Kind => QuantizerKind.Float32;

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        var values = Values(code);
        if (BitConverter.IsLittleEndian)
        {
            vector[..Dimensions].CopyTo(values);
            return;
        }

        for (var i = 0; i < Dimensions; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(code[(i * sizeof(float))..], vector[i]);
    }

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        for (var i = 0; i < Dimensions; i++)
            vector[i] = System.Buffers.Binary.BinaryPrimitives.ReadSingleLittleEndian(code[(i * sizeof(float))..]);
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query) => new Scorer(this, query[..Dimensions].ToArray());

    internal override void Write(CodecWriter writer) => writer.Write(Dimensions);

    private Span<float> Values(Span<byte> code) => MemoryMarshal.Cast<byte, float>(code[..CodeBytes]);

    private sealed class Scorer(Float32Quantizer quantizer, float[] query) : CodeScorer
    {
        public override float Dot(ReadOnlySpan<byte> code)
        {
            if (BitConverter.IsLittleEndian)
                return TensorPrimitives.Dot(MemoryMarshal.Cast<byte, float>(code[..quantizer.CodeBytes]), query);
            using var values = new Scratch(query.Length);
            quantizer.Decode(code, values.Span);
            return TensorPrimitives.Dot(values.Span, query);
        }
    }
}
