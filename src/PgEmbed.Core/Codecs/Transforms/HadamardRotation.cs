using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PgEmbed.Codecs.Transforms;

/// <summary>
/// A random rotation in O(d log d): signs are flipped, then a Walsh–Hadamard transform is done, three times over (after
/// Ailon and Chazelle 2009, doi:10.1137/060673096). Where d is no power of two, the transform is done on the first p
/// values, p the greatest power of two up to d, and on the last p of the result, so that no dimension is added.
/// </summary>
/// <remarks>
/// Orthonormal: lengths and inner products stay. Sums are of two values each, so their order needs no care; the factor
/// 1/√p is exact for even powers and rounded once for odd ones.
/// </remarks>
public sealed class HadamardRotation : VectorTransform
{
    private const int Rounds = 3;

    private readonly byte[] _signs;
    private readonly uint[] _flips;
    private readonly int _block;
    private readonly float _scale;

    /// <summary>Creates a rotation with signs out of a seed.</summary>
    /// <param name="dimensions">The length of the vectors.</param>
    /// <param name="seed">Chooses the rotation; the same on every machine.</param>
    public HadamardRotation(int dimensions, ulong seed)
        : this(dimensions, RandomSigns(dimensions, seed))
    {
    }

    private HadamardRotation(int dimensions, byte[] signs)
        : base(dimensions, dimensions)
    {
        _signs = signs;
        _flips = new uint[Rounds * dimensions];
        for (var i = 0; i < _flips.Length; i++)
            _flips[i] = (uint)(signs[i >> 3] >> (i & 7) & 1) << 31;
        _block = (int)BitOperations.RoundUpToPowerOf2((uint)dimensions + 1) / 2;
        _scale = 1 / MathF.Sqrt(_block);
    }

    /// <inheritdoc/>
    public override string Name => "hadamard";

    internal override TransformKind Kind => TransformKind.HadamardRotation;

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<float> vector, Span<float> transformed)
    {
        var values = transformed[..InputDimensions];
        vector[..InputDimensions].CopyTo(values);
        for (var round = 0; round < Rounds; round++)
        {
            Flip(values, round);
            Turn(values[.._block]);
            if (_block < values.Length)
                Turn(values[^_block..]);
        }
    }

    /// <inheritdoc/>
    public override void Invert(ReadOnlySpan<float> transformed, Span<float> vector)
    {
        var values = vector[..InputDimensions];
        transformed[..InputDimensions].CopyTo(values);
        for (var round = Rounds - 1; round >= 0; round--)
        {
            // The transform is its own inverse.
            if (_block < values.Length)
                Turn(values[^_block..]);
            Turn(values[.._block]);
            Flip(values, round);
        }
    }

    /// <inheritdoc/>
    public override float MapQuery(ReadOnlySpan<float> query, Span<float> mapped)
    {
        Apply(query, mapped);
        return 0;
    }

    internal override void Write(CodecWriter writer)
    {
        writer.Write(InputDimensions);
        writer.Write(_signs);
    }

    internal static HadamardRotation Read(CodecReader reader)
    {
        var dimensions = reader.ReadDimensions();
        return new HadamardRotation(dimensions, reader.ReadBytes(SignBytes(dimensions)));
    }

    private static int SignBytes(int dimensions) => ((Rounds * dimensions) + 7) / 8;

    private static byte[] RandomSigns(int dimensions, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        var random = new SplitMix(seed);
        var signs = new byte[SignBytes(dimensions)];
        for (var i = 0; i < signs.Length; i++)
            signs[i] = (byte)(random.Next() >> 56);
        return signs;
    }

    private void Flip(Span<float> values, int round)
    {
        // A flipped sign is the topmost bit: the same as multiplying by 1 or -1.
        var flips = _flips.AsSpan(round * values.Length, values.Length);
        TensorPrimitives.Xor(MemoryMarshal.Cast<float, uint>(values), flips, MemoryMarshal.Cast<float, uint>(values));
    }

    private void Turn(Span<float> values) => WalshHadamard.Transform(values, _scale);
}
