using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>Scores by decoding: for quantizers whose decoding is about as quick as any other way.</summary>
internal sealed class DecodingScorer(VectorQuantizer quantizer, float[] query) : CodeScorer
{
    /// <inheritdoc/>
    public override float Dot(ReadOnlySpan<byte> code)
    {
        using var values = new Scratch(query.Length);
        quantizer.Decode(code, values.Span);
        return TensorPrimitives.Dot(values.Span, query);
    }
}
