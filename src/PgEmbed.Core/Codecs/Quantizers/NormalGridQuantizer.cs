using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// <c>nq4</c>: four bits a dimension on the grid that makes the squared error of a normal distribution least, after
/// HIGGS (Malinovskii et al. 2024, arXiv:2411.17525). It needs no data: behind a random rotation the values of any
/// vector are nearly normal, and only their size is the vector's own. It is kept as a float32 in front of the code, and
/// is the factor by which the grid's values fit this vector best.
/// </summary>
public sealed class NormalGridQuantizer(int dimensions) : VectorQuantizer(dimensions)
{
    private const int Header = sizeof(float);

    /// <summary>
    /// Lloyd and Max's 16 levels for the standard normal distribution (Max 1960, doi:10.1109/TIT.1960.1057548); the
    /// bounds between them are their midpoints.
    /// </summary>
    private static readonly float[] Grid =
    [
        -2.7326f, -2.0690f, -1.6180f, -1.2562f, -0.9423f, -0.6568f, -0.3880f, -0.1284f,
        0.1284f, 0.3880f, 0.6568f, 0.9423f, 1.2562f, 1.6180f, 2.0690f, 2.7326f,
    ];

    private static readonly float[] Bounds =
        [.. Enumerable.Range(0, Grid.Length - 1).Select(i => (Grid[i] + Grid[i + 1]) / 2)];

    // The grid's upper half; the lower one is its mirror.
    private static readonly Vector256<float> Magnitudes = Vector256.Create(Grid, 8);

    /// <inheritdoc/>
    public override int CodeBytes => Header + ((Dimensions + 1) / 2);

    /// <inheritdoc/>
    public override string Name => "nq4";

    /// <inheritdoc/>
    public override CodeLayout Layout => new(Grid) { HasFactor = true };

    internal override QuantizerKind Kind => QuantizerKind.NormalGrid4;

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        vector = vector[..Dimensions];
        code = code[..CodeBytes];
        code.Clear();
        var deviation = MathF.Sqrt(FixedOrder.SumOfSquares(vector) / Dimensions);
        if (deviation == 0 || !float.IsFinite(deviation))
        {
            // Of the zero vector, and of what squares beyond float32, every level would be a guess.
            BinaryPrimitives.WriteSingleLittleEndian(code, 0);
            return;
        }

        using var levels = new Scratch(Dimensions);
        using var scaled = new Scratch(Dimensions);
        TensorPrimitives.Divide(vector, deviation, scaled.Span);
        WriteLevels(scaled.Span, levels.Span, code[Header..]);
        var factor = FixedOrder.Dot(vector, levels.Span) / FixedOrder.SumOfSquares(levels.Span);
        BinaryPrimitives.WriteSingleLittleEndian(code, factor);
    }

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        vector = vector[..Dimensions];
        for (var i = 0; i < Dimensions; i++)
            vector[i] = Grid[code[Header + (i / 2)] >> (4 * (i & 1)) & 15];
        TensorPrimitives.Multiply(vector, BinaryPrimitives.ReadSingleLittleEndian(code), vector);
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query) =>
        new Scorer(new NibbleScorer(query[..Dimensions].ToArray(), Grid, 0));

    internal override void Write(CodecWriter writer) => writer.Write(Dimensions);

    /// <summary>The level nearest to each value, as half a byte and as what it stands for.</summary>
    private static void WriteLevels(ReadOnlySpan<float> values, Span<float> levels, Span<byte> code)
    {
        ref var from = ref MemoryMarshal.GetReference(values);
        ref var to = ref MemoryMarshal.GetReference(levels);
        var i = 0;
        for (; i <= values.Length - 16; i += 16)
        {
            var low = LevelsOf(Vector256.LoadUnsafe(ref from, (nuint)i));
            var high = LevelsOf(Vector256.LoadUnsafe(ref from, (nuint)i + 8));
            ValuesOf(low).StoreUnsafe(ref to, (nuint)i);
            ValuesOf(high).StoreUnsafe(ref to, (nuint)i + 8);
            // Two levels in each 16 bits, the second in the higher byte; then in the lower byte's upper half.
            var shorts = Vector256.Narrow(low, high);
            var pairs = Vector128.Narrow(shorts.GetLower(), shorts.GetUpper()).AsUInt16();
            pairs = (pairs | Vector128.ShiftRightLogical(pairs, 4)) & Vector128.Create((ushort)0xFF);
            Vector128.Narrow(pairs, pairs).GetLower().StoreUnsafe(ref MemoryMarshal.GetReference(code), (nuint)i / 2);
        }

        for (; i < values.Length; i++)
        {
            var level = 0;
            foreach (var bound in Bounds)
                level += values[i] > bound ? 1 : 0;
            levels[i] = Grid[level];
            code[i / 2] |= (byte)(level << (4 * (i & 1)));
        }
    }

    // How many bounds are below each value. A comparison that holds gives all bits, which is -1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> LevelsOf(Vector256<float> values)
    {
        var levels = Vector256<int>.Zero;
        foreach (var bound in Bounds)
            levels -= Vector256.GreaterThan(values, Vector256.Create(bound)).AsInt32();
        return levels.AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ValuesOf(Vector256<uint> levels)
    {
        var upper = Vector256.GreaterThan(levels, Vector256.Create(7u));
        var places = Vector256.ConditionalSelect(
            upper, levels - Vector256.Create(8u), Vector256.Create(7u) - levels);
        var sign = Vector256.AndNot(Vector256.Create(0x80000000u), upper);
        return (Vector256.Shuffle(Magnitudes, places.AsInt32()).AsUInt32() | sign).AsSingle();
    }

    private sealed class Scorer(NibbleScorer levels) : CodeScorer
    {
        public override float Dot(ReadOnlySpan<byte> code) =>
            BinaryPrimitives.ReadSingleLittleEndian(code) * levels.Dot(code[Header..]);
    }
}
