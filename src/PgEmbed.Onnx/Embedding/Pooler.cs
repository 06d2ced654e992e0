using System.Numerics.Tensors;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Embedding;

/// <summary>Makes one vector of those of a text's tokens.</summary>
internal static class Pooler
{
    private static readonly PoolingMode[] Modes =
        [.. Enum.GetValues<PoolingMode>().Where(mode => mode != PoolingMode.None)];

    /// <summary>Pools the vectors of a text's own tokens.</summary>
    /// <param name="tokens"><c>float[tokens × d]</c>, row-major, without padding.</param>
    /// <param name="skipped">How many tokens at the text's beginning, its prompt's, are left out.</param>
    /// <param name="modes">How; of several, the vectors stand one behind another.</param>
    /// <param name="pooled">Where to: <c>float[modes × d]</c>. Zeros where no token is left.</param>
    /// <param name="dimensions">The length of a token's vector.</param>
    public static void Pool(
        ReadOnlySpan<float> tokens, int skipped, PoolingMode modes, Span<float> pooled, int dimensions)
    {
        foreach (var mode in Modes)
        {
            if (!modes.HasFlag(mode))
                continue;
            PoolOne(new TokenVectors(tokens, dimensions), skipped, mode, pooled[..dimensions]);
            pooled = pooled[dimensions..];
        }
    }

    private static void PoolOne(TokenVectors tokens, int skipped, PoolingMode mode, Span<float> vector)
    {
        vector.Clear();
        if (skipped >= tokens.Count)
            return;
        switch (mode)
        {
            case PoolingMode.Cls:
                tokens[skipped].CopyTo(vector);
                break;
            case PoolingMode.LastToken:
                tokens[tokens.Count - 1].CopyTo(vector);
                break;
            case PoolingMode.Max:
                tokens[skipped].CopyTo(vector);
                for (var i = skipped + 1; i < tokens.Count; i++)
                    TensorPrimitives.Max(vector, tokens[i], vector);
                break;
            case PoolingMode.WeightedMean:
                var weights = 0f;
                for (var i = skipped; i < tokens.Count; i++)
                {
                    TensorPrimitives.MultiplyAdd(tokens[i], i + 1f, vector, vector);
                    weights += i + 1;
                }

                TensorPrimitives.Divide(vector, weights, vector);
                break;
            case PoolingMode.Mean or PoolingMode.MeanSqrtLen:
                for (var i = skipped; i < tokens.Count; i++)
                    TensorPrimitives.Add(vector, tokens[i], vector);
                float count = tokens.Count - skipped;
                TensorPrimitives.Divide(vector, mode == PoolingMode.Mean ? count : MathF.Sqrt(count), vector);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(mode), mode, null);
        }
    }

    private readonly ref struct TokenVectors(ReadOnlySpan<float> values, int dimensions)
    {
        private readonly ReadOnlySpan<float> _values = values;

        public int Count => _values.Length / dimensions;

        public ReadOnlySpan<float> this[int token] => _values.Slice(token * dimensions, dimensions);
    }
}
