using System.Runtime.InteropServices;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Codecs.Transforms;

namespace PgEmbed.Codecs;

/// <summary>
/// What of a vector an index sees: values that pgvector measures by the space's own metric, as <c>vector</c> or
/// <c>halfvec</c>, or bits that it measures by how many differ. A query is brought to the same form.
/// </summary>
/// <remarks>
/// The form is affine but for a length: value i is ⟨wᵢ, x⟩ + oᵢ, under cosine with x of length 1, and a bit is whether its
/// value is above 0. So a server needs no more than <see cref="Weights"/> and <see cref="Offsets"/>.
/// </remarks>
public sealed class IndexedForm
{
    private readonly Lazy<(float[] Weights, float[] Offsets)> _map;

    /// <summary>Makes a form of a codec.</summary>
    /// <param name="codec">Its quantizer is <c>f32</c>, <c>f16</c> or one of signs.</param>
    /// <exception cref="PgEmbedException">pgvector has no type for the codec's codes, or a step stands where it can't.</exception>
    public IndexedForm(VectorCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (codec.Quantizer is not (Float32Quantizer or Float16Quantizer) && codec.Quantizer.Signs is null)
            throw new PgEmbedException(
                $"Expected an indexed form of f32, f16 or bit, got {codec.Quantizer.Name}.",
                "Index such a form, and rank by codes of this one.");
        if (codec.Transforms.SkipWhile(transform => transform is not Normalization).Skip(1).Any())
            throw new PgEmbedException(
                "Expected 'normalize' as the last transform of an indexed form, got another behind it.",
                "Bring vectors to length 1 last, or not at all.");
        Codec = codec;
        var signs = codec.Quantizer.Signs;
        Dimensions = signs?.Count ?? codec.Quantizer.Dimensions;
        _map = new(() => Map(codec, signs));
    }

    /// <summary>What makes it.</summary>
    public VectorCodec Codec { get; }

    /// <summary>Whether it is of bits.</summary>
    public bool IsBits => Codec.Quantizer.Signs is not null;

    /// <summary>Whether it is of 16-bit values.</summary>
    public bool IsHalf => Codec.Quantizer is Float16Quantizer;

    /// <summary>How many values or bits it has.</summary>
    public int Dimensions { get; }

    /// <summary>How many bytes <see cref="Encode"/> gives.</summary>
    public int Bytes => Codec.Quantizer.CodeBytes;

    /// <summary>wᵢ: <c>float[<see cref="Dimensions"/> × d]</c>, row-major.</summary>
    public ReadOnlyMemory<float> Weights => _map.Value.Weights;

    /// <summary>oᵢ: <c>float[<see cref="Dimensions"/>]</c>.</summary>
    public ReadOnlyMemory<float> Offsets => _map.Value.Offsets;

    /// <summary>Makes a vector's form: bits with the first in the highest place of a byte, or values, little-endian.</summary>
    /// <param name="vector"><c>float[d]</c>.</param>
    /// <param name="form">Where to: <c>byte[<see cref="Bytes"/>]</c>.</param>
    /// <exception cref="InvalidVectorException">As <see cref="VectorCodec.Encode"/>.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> form)
    {
        if (form.Length == Codec.CodeBytes)
        {
            Codec.Encode(vector, form);
            return;
        }

        // Under L2 the codec puts the vector's length behind; an index has no use for it.
        using var code = new Scratch((Codec.CodeBytes + sizeof(float) - 1) / sizeof(float));
        var bytes = MemoryMarshal.AsBytes(code.Span)[..Codec.CodeBytes];
        Codec.Encode(vector, bytes);
        bytes[..Bytes].CopyTo(form);
    }

    /// <inheritdoc/>
    public override string ToString() => Codec.ToString();

    // Unit vectors and the zero vector show what an affine map is made of. Lengths are left out: a bit does not depend on
    // one, and of values pgvector's cosine distance doesn't either.
    private static (float[] Weights, float[] Offsets) Map(VectorCodec codec, IReadOnlyList<(int Dimension, float Cut)>? signs)
    {
        var (d, m) = (codec.Dimensions, codec.Quantizer.Dimensions);
        var zero = Apply(new float[d]);
        var columns = new float[d][];
        var unit = new float[d];
        for (var i = 0; i < d; i++)
        {
            unit[i] = 1;
            columns[i] = Apply(unit);
            unit[i] = 0;
        }

        var count = signs?.Count ?? m;
        var (weights, offsets) = (new float[count * d], new float[count]);
        for (var row = 0; row < count; row++)
        {
            var (dimension, cut) = signs?[row] ?? (row, 0);
            offsets[row] = zero[dimension] - cut;
            for (var i = 0; i < d; i++)
                weights[(row * d) + i] = columns[i][dimension] - zero[dimension];
        }

        return (weights, offsets);

        float[] Apply(float[] vector)
        {
            var values = vector;
            foreach (var transform in codec.Transforms.Where(transform => transform is not Normalization))
            {
                var next = new float[transform.OutputDimensions];
                transform.Apply(values, next);
                values = next;
            }

            return values;
        }
    }
}
