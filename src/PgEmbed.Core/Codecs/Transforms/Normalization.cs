using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Transforms;

/// <summary>
/// Brings what a truncation or projection has left back to length 1, as Matryoshka models are meant to be used. The length
/// is lost, so it serves the cosine alone; the zero vector stays.
/// </summary>
public sealed class Normalization(int dimensions) : VectorTransform(dimensions, dimensions)
{
    /// <inheritdoc/>
    public override string Name => "normalize";

    internal override TransformKind Kind => TransformKind.Normalization;

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<float> vector, Span<float> transformed)
    {
        vector = vector[..InputDimensions];
        var length = MathF.Sqrt(FixedOrder.SumOfSquares(vector));
        if (length > 0 && float.IsFinite(length))
            TensorPrimitives.Divide(vector, length, transformed);
        else
            vector.CopyTo(transformed);
    }

    /// <inheritdoc/>
    public override void Invert(ReadOnlySpan<float> transformed, Span<float> vector) =>
        transformed[..OutputDimensions].CopyTo(vector);

    /// <inheritdoc/>
    public override float MapQuery(ReadOnlySpan<float> query, Span<float> mapped)
    {
        query[..InputDimensions].CopyTo(mapped);
        return 0;
    }

    internal override void Write(CodecWriter writer) => writer.Write(InputDimensions);
}
