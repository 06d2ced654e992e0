using System.Buffers.Binary;
using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// <c>mbit2</c> to <c>mbit4</c>: recurrent residual binarization (Gan et al. 2023, 'Binary Embedding-based Retrieval at
/// Tencent', arXiv:2302.08714). The first plane of bits has the signs of the values; each further one the signs of what
/// the planes before have left over, worth half as much: u = b₀ + b₁/2 + b₂/4 + …, times a factor of the vector's own,
/// a float32 in front of the planes.
/// </summary>
/// <remarks>
/// Planes stand one behind the other, so two codes are compared by counting bits alone: ⟨u, v⟩ = Σ 2^(−s−t) (d − 2
/// hamming(bₛ, cₜ)), which is <see cref="Similarity"/>; and the first plane by itself is a code of <c>bit</c>.
/// </remarks>
public sealed class MultiBitQuantizer : VectorQuantizer
{
    private const int Header = sizeof(float);

    // With this many standard deviations to the largest level the squared error over a normal distribution is least.
    private static readonly float[] Reach = [0.7979f, 1.494f, 2.051f, 2.514f];

    /// <summary>Creates a quantizer; nothing is fitted.</summary>
    /// <param name="dimensions">d.</param>
    /// <param name="planes">How many bits a dimension, 2 to 4.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public MultiBitQuantizer(int dimensions, int planes)
        : base(dimensions)
    {
        if (planes is < 2 or > 4)
            throw new ArgumentOutOfRangeException(nameof(planes), planes, "Expected 2 to 4 bits a dimension.");
        Planes = planes;
    }

    /// <summary>How many bits a dimension.</summary>
    public int Planes { get; }

    /// <summary>The length of one plane of bits in bytes.</summary>
    public int PlaneBytes => Bits.Bytes(Dimensions);

    /// <inheritdoc/>
    public override int CodeBytes => Header + (Planes * PlaneBytes);

    /// <inheritdoc/>
    public override string Name => Planes switch { 2 => "mbit2", 3 => "mbit3", _ => "mbit4" };

    /// <inheritdoc/>
    public override CodeLayout Layout => new(
    [
        // The first plane is the highest bit.
        .. Enumerable.Range(0, 1 << Planes).Select(bits => Enumerable.Range(0, Planes)
            .Sum(plane => MathF.ScaleB((bits >> (Planes - 1 - plane) & 1) == 1 ? 1 : -1, -plane))),
    ])
    {
        HasFactor = true,
    };

    internal override QuantizerKind Kind => QuantizerKind.MultiBit;

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        vector = vector[..Dimensions];
        code = code[..CodeBytes];
        code.Clear();
        var deviation = MathF.Sqrt(FixedOrder.SumOfSquares(vector) / Dimensions);
        if (deviation == 0 || !float.IsFinite(deviation))
            return;
        // The planes reach from -r to r with r = 2 - 2^(1-planes).
        var unit = deviation * Reach[Planes - 1] / (2 - MathF.ScaleB(1, 1 - Planes));
        using var rest = new Scratch(Dimensions);
        using var made = new Scratch(Dimensions);
        TensorPrimitives.Divide(vector, unit, rest.Span);
        made.Span.Clear();
        var worth = 1f;
        for (var plane = 0; plane < Planes; plane++, worth /= 2)
        {
            var bits = Plane(code, plane);
            Bits.WriteSigns(rest.Span, bits);
            for (var i = 0; i < Dimensions; i++)
            {
                var part = rest.Span[i] > 0 ? worth : -worth;
                made.Span[i] += part;
                rest.Span[i] -= part;
            }
        }

        var factor = FixedOrder.Dot(vector, made.Span) / FixedOrder.SumOfSquares(made.Span);
        BinaryPrimitives.WriteSingleLittleEndian(code, factor);
    }

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        var factor = BinaryPrimitives.ReadSingleLittleEndian(code);
        for (var i = 0; i < Dimensions; i++)
        {
            var sum = 0f;
            var worth = 1f;
            for (var plane = 0; plane < Planes; plane++, worth /= 2)
                sum += worth * Bits.Sign(Plane(code, plane), i);
            vector[i] = factor * sum;
        }
    }

    /// <summary>The inner product of what two codes stand for, by counting bits.</summary>
    public float Similarity(ReadOnlySpan<byte> code, ReadOnlySpan<byte> other)
    {
        var sum = 0f;
        for (var s = 0; s < Planes; s++)
        {
            for (var t = 0; t < Planes; t++)
                sum += MathF.ScaleB(Dimensions - (2 * Bits.Hamming(Plane(code, s), Plane(other, t))), -s - t);
        }

        return BinaryPrimitives.ReadSingleLittleEndian(code) * BinaryPrimitives.ReadSingleLittleEndian(other) * sum;
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query) =>
        new Scorer(this, Bits.SignedSums(query[..Dimensions]));

    internal override void Write(CodecWriter writer)
    {
        writer.Write(Dimensions);
        writer.Write((byte)Planes);
    }

    internal static MultiBitQuantizer Read(CodecReader reader)
    {
        var dimensions = reader.ReadDimensions();
        var planes = reader.ReadByte();
        CodecReader.Require(planes is >= 2 and <= 4, $"2 to 4 bits a dimension, got {planes}");
        return new MultiBitQuantizer(dimensions, planes);
    }

    private Span<byte> Plane(Span<byte> code, int plane) => code.Slice(Header + (plane * PlaneBytes), PlaneBytes);

    private ReadOnlySpan<byte> Plane(ReadOnlySpan<byte> code, int plane) =>
        code.Slice(Header + (plane * PlaneBytes), PlaneBytes);

    private sealed class Scorer(MultiBitQuantizer quantizer, float[] sums) : CodeScorer
    {
        public override float Dot(ReadOnlySpan<byte> code)
        {
            var sum = 0f;
            for (var plane = quantizer.Planes - 1; plane >= 0; plane--)
                sum = (sum / 2) + Bits.SumOf(sums, quantizer.Plane(code, plane));
            return BinaryPrimitives.ReadSingleLittleEndian(code) * sum;
        }
    }
}
