using System.Buffers.Binary;
using System.Numerics.Tensors;

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

    /// <inheritdoc/>
    public override int CodeBytes => Header + ((Dimensions + 1) / 2);

    /// <inheritdoc/>
    public override string Name => "nq4";

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
        for (var i = 0; i < Dimensions; i++)
        {
            var level = LevelOf(vector[i] / deviation);
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
        new Scorer(new PackedNibbleScorer(query[..Dimensions].ToArray(), Grid, 0));

    internal override void Write(CodecWriter writer) => writer.Write(Dimensions);

    private static int LevelOf(float value)
    {
        // The grid is symmetric: the level is found for the magnitude.
        var magnitude = MathF.Abs(value);
        var level = 8;
        while (level < 15 && magnitude > (Grid[level] + Grid[level + 1]) / 2)
            level++;
        return value < 0 ? 15 - level : level;
    }

    private sealed class Scorer(PackedNibbleScorer levels) : CodeScorer
    {
        public override float Dot(ReadOnlySpan<byte> code) =>
            BinaryPrimitives.ReadSingleLittleEndian(code) * levels.Dot(code[Header..]);
    }
}
