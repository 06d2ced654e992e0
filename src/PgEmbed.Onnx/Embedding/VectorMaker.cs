using System.Buffers;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Modules;

namespace PgEmbed.Onnx.Embedding;

/// <summary>
/// Makes a text's vector of what the transformer gives for it: pooling, the model's further modules in their order,
/// and the cut to the dimensions that are asked for. Safe to use from many threads at once.
/// </summary>
internal sealed class VectorMaker(ModelFolder model)
{
    private readonly PoolingModule _pooling = model.Modules.Pooling;
    private readonly IReadOnlyList<IVectorModule> _steps = model.Modules.Steps;
    private readonly int _longest = model.Modules.Steps.Select(s => s.Dimensions)
        .Append(model.Modules.Pooling.Dimensions).Max();

    /// <summary>Makes a vector of those of a text's tokens.</summary>
    /// <param name="tokens"><c>float[tokens × d]</c>, row-major, without padding.</param>
    /// <param name="skipped">How many tokens at its beginning are not pooled.</param>
    /// <param name="vector">Where to: as long as the model's vectors are.</param>
    public void FromTokens(ReadOnlySpan<float> tokens, int skipped, Span<float> vector)
    {
        var memory = ArrayPool<float>.Shared.Rent(2 * _longest);
        try
        {
            var current = memory.AsSpan(0, _longest);
            var next = memory.AsSpan(_longest, _longest);
            var length = _pooling.Dimensions;
            Pooler.Pool(tokens, skipped, _pooling.Modes, current[..length], _pooling.TokenDimensions);
            foreach (var step in _steps)
            {
                step.Apply(current[..length], next[..step.Dimensions]);
                length = step.Dimensions;
                var swap = current;
                current = next;
                next = swap;
            }

            FromVector(current[..length], vector);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(memory);
        }
    }

    /// <summary>Cuts a vector of all the model's dimensions to those that are asked for.</summary>
    /// <param name="whole">The vector, of all the model's dimensions.</param>
    /// <param name="vector">Where to: as long as the model's vectors are.</param>
    public void FromVector(ReadOnlySpan<float> whole, Span<float> vector)
    {
        whole[..vector.Length].CopyTo(vector);
        // The first dimensions of a vector of length 1 are shorter.
        if (model.Normalize)
            Normalization.Normalize(vector);
    }
}
