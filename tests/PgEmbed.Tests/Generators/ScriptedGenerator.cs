using Microsoft.Extensions.AI;

namespace PgEmbed.Tests.Generators;

/// <summary>A generator that does as a test says, and keeps what it was asked.</summary>
internal sealed class ScriptedGenerator(
    int dimensions,
    Func<int, CancellationToken, Task<GeneratedEmbeddings<Embedding<float>>?>>? fault = null)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    public List<string[]> Requests { get; } = [];

    public List<EmbeddingGenerationOptions?> Options { get; } = [];

    public long? TokensPerText { get; init; }

    public bool Disposed { get; private set; }

    /// <summary>The vector of a text: told from all other texts' by its first value.</summary>
    public static float[] VectorOf(string text, int dimensions)
    {
        var vector = new float[dimensions];
        vector[0] = 1 + text.Sum(c => c);
        vector[^1] += text.Length;
        return vector;
    }

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var texts = values.ToArray();
        Requests.Add(texts);
        Options.Add(options);
        if (fault is not null && await fault(Requests.Count, cancellationToken) is { } faulty)
            return faulty;
        return new GeneratedEmbeddings<Embedding<float>>(
            texts.Select(text => new Embedding<float>(VectorOf(text, dimensions))))
        {
            Usage = TokensPerText is { } tokens ? new UsageDetails { InputTokenCount = tokens * texts.Length } : null,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => Disposed = true;
}
