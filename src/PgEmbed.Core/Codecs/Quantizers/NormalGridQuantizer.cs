using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
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

    // The midpoints, and one more that no value is above, since registers have eight places.
    private static readonly float[] Bounds =
        [.. Enumerable.Range(0, Grid.Length - 1).Select(i => (Grid[i] + Grid[i + 1]) / 2), float.PositiveInfinity];

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
        for (var i = 0; i < Dimensions; i++)
        {
            var level = LevelOf(scaled.Span[i]);
            levels.Span[i] = Grid[level];
            code[Header + (i / 2)] |= (byte)(level << (4 * (i & 1)));
        }

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

    // How many bounds are below the value; without a branch, since any level is as likely as the next.
    private static int LevelOf(float value)
    {
        var values = Vector256.Create(value);
        var below = Vector256.GreaterThan(values, Vector256.Create(Bounds, 0)).ExtractMostSignificantBits()
            | (Vector256.GreaterThan(values, Vector256.Create(Bounds, 8)).ExtractMostSignificantBits() << 8);
        return BitOperations.PopCount(below);
    }

    private sealed class Scorer(NibbleScorer levels) : CodeScorer
    {
        public override float Dot(ReadOnlySpan<byte> code) =>
            BinaryPrimitives.ReadSingleLittleEndian(code) * levels.Dot(code[Header..]);
    }
}
