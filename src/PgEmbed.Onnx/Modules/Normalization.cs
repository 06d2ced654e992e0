using System.Numerics.Tensors;

namespace PgEmbed.Onnx.Modules;

/// <summary>The module Normalize: brings a vector to length 1.</summary>
internal sealed class Normalization(int dimensions) : IVectorModule
{
    // What the reference divides by at least, so that a zero vector stays one.
    private const float SmallestNorm = 1e-12f;

    public int Dimensions => dimensions;

    public string Description => "normalize";

    /// <summary>Brings a vector to length 1 where it stands.</summary>
    public static void Normalize(Span<float> vector) =>
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm<float>(vector), SmallestNorm), vector);

    public void Apply(ReadOnlySpan<float> input, Span<float> output)
    {
        input.CopyTo(output);
        Normalize(output);
    }
}
