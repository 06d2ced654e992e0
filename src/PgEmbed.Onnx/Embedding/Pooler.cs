using System.Numerics.Tensors;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Embedding;

/// <summary>Makes a text's vector of its tokens'.</summary>
internal static class Pooler
{
    // What the reference divides by at least, so that a zero vector stays one.
    private const float SmallestNorm = 1e-12f;

    /// <summary>Pools the vectors of a text's own tokens.</summary>
    /// <param name="tokens"><c>float[tokens × d]</c>, row-major, without padding.</param>
    /// <param name="mode">How.</param>
    /// <param name="vector">Where to: <c>float[d]</c>.</param>
    public static void Pool(ReadOnlySpan<float> tokens, PoolingMode mode, Span<float> vector)
    {
        var dimensions = vector.Length;
        tokens[..dimensions].CopyTo(vector);
        if (mode == PoolingMode.Cls)
            return;
        var count = tokens.Length / dimensions;
        for (var i = 1; i < count; i++)
            TensorPrimitives.Add(vector, tokens.Slice(i * dimensions, dimensions), vector);
        TensorPrimitives.Divide(vector, count, vector);
    }

    /// <summary>Brings a vector to length 1.</summary>
    public static void Normalize(Span<float> vector) =>
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm<float>(vector), SmallestNorm), vector);
}
