using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// float16, little-endian. Values beyond its range (65,504) become the largest of it, so that a finite vector never
/// stands for an infinite one.
/// </summary>
public sealed class Float16Quantizer(int dimensions) : VectorQuantizer(dimensions)
{
    /// <inheritdoc/>
    public override int CodeBytes => 2 * Dimensions;

    /// <inheritdoc/>
    public override string Name => "f16";

    /// <inheritdoc/>
    public override CodeLayout Layout => new(
        [.. Enumerable.Range(0, 32).Select(exponent => MathF.ScaleB(1, Math.Max(exponent, 1) - 25))]);

    internal override QuantizerKind Kind => QuantizerKind.Float16;

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        for (var i = 0; i < Dimensions; i++)
        {
            var value = (Half)Math.Clamp(vector[i], (float)Half.MinValue, (float)Half.MaxValue);
            BinaryPrimitives.WriteHalfLittleEndian(code[(2 * i)..], value);
        }
    }

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        if (BitConverter.IsLittleEndian)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(code[..CodeBytes]), vector);
            return;
        }

        for (var i = 0; i < Dimensions; i++)
            vector[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(code[(2 * i)..]);
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query) =>
        new DecodingScorer(this, query[..Dimensions].ToArray());

    internal override void Write(CodecWriter writer) => writer.Write(Dimensions);
}
