using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace PgEmbed.Generators;

/// <summary>An embedder as a generator of Microsoft.Extensions.AI.</summary>
internal sealed class TextEmbedderGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly ITextEmbedder _embedder;
    private readonly TextRole _role;
    private readonly EmbeddingGeneratorMetadata _metadata;

    public TextEmbedderGenerator(ITextEmbedder embedder, TextRole role)
    {
        _embedder = embedder;
        _role = role;
        _metadata = new EmbeddingGeneratorMetadata("pgembed", null, embedder.Space.Name, embedder.Space.Dimensions);
    }

    /// <inheritdoc/>
    /// <exception cref="PgEmbedException">
    /// The options ask for another model, or for dimensions that its vectors can't be cut to; or it can't be run.
    /// </exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var dimensions = Check(options);
        var texts = values as IReadOnlyList<string> ?? [.. values];
        var result = await _embedder.EmbedAsync(texts, _role, cancellationToken).ConfigureAwait(false);
        var embeddings = new GeneratedEmbeddings<Embedding<float>>(texts.Count)
        {
            Usage = new UsageDetails { InputTokenCount = result.Tokens, TotalTokenCount = result.Tokens },
            AdditionalProperties = new AdditionalPropertiesDictionary
            {
                [TextEmbedderGeneratorExtensions.TruncatedTextsProperty] = result.TruncatedTexts,
            },
        };
        for (var i = 0; i < texts.Count; i++)
            embeddings.Add(new Embedding<float>(Cut(result.Vectors[i], dimensions)) { ModelId = _embedder.Space.Name });
        return embeddings;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        object[] services = [this, _metadata, _embedder, _embedder.Space];
        return Array.Find(services, serviceType.IsInstanceOfType);
    }

    /// <summary>Does nothing: the embedder is its owner's to dispose.</summary>
    public void Dispose()
    {
    }

    private int Check(EmbeddingGenerationOptions? options)
    {
        var space = _embedder.Space;
        if (options?.ModelId is { } model && model != space.Name && model != space.Name.Split('@')[0])
            throw new PgEmbedException(
                $"Expected {nameof(options.ModelId)} to be {space.Name}, the model that is loaded, got {model}.",
                "Load that model, or leave the option out.");
        var dimensions = options?.Dimensions ?? space.Dimensions;
        if (dimensions > space.Dimensions)
            throw new PgEmbedException(
                $"Expected {nameof(options.Dimensions)} to be at most the model's {space.Dimensions}, got {dimensions}.");
        if (dimensions != space.Dimensions && space.Metric != DistanceMetric.Cosine)
            throw new PgEmbedException(
                $"Expected {nameof(options.Dimensions)} to be the model's {space.Dimensions}, got {dimensions}: only "
                + $"vectors compared by cosine can be cut, these are by {space.Metric.ToName()}.");
        return dimensions;
    }

    /// <summary>The first dimensions, brought to length 1: what a model trained for it (Matryoshka) puts first.</summary>
    private static ReadOnlyMemory<float> Cut(ReadOnlyMemory<float> vector, int dimensions)
    {
        // A copy, so that one kept vector doesn't keep the memory of all.
        var cut = vector[..dimensions].ToArray();
        if (dimensions == vector.Length)
            return cut;
        var norm = TensorPrimitives.Norm(cut.AsSpan());
        if (norm == 0)
            throw new InvalidVectorException(
                $"Expected a vector with a direction in its first {dimensions} dimensions, got zeros.",
                "Ask for more dimensions.");
        TensorPrimitives.Divide(cut, norm, cut);
        return cut;
    }
}
