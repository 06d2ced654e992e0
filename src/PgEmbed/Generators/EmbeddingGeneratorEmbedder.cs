using Microsoft.Extensions.AI;

namespace PgEmbed.Generators;

/// <summary>
/// Embeds texts by any generator of Microsoft.Extensions.AI, a remote service for instance: in requests of a bounded
/// size and rate, repeated where a failure may pass, with every answer checked. Safe to use from many threads where the
/// generator is; the rate is theirs together.
/// </summary>
/// <remarks>
/// Generators don't say which texts were cut: <see cref="TextEmbeddings.TruncatedTexts"/> is empty, but for those that
/// set <see cref="TextEmbedderGeneratorExtensions.TruncatedTextsProperty"/>. Where a generator does not say how many
/// tokens it read, <see cref="TextEmbeddings.Tokens"/> is an estimate.
/// </remarks>
public sealed class EmbeddingGeneratorEmbedder : ITextEmbedder
{
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly EmbeddingGeneratorEmbedderOptions _options;
    private readonly GeneratorRequests _requests;
    private readonly EmbeddingGenerationOptions _request;

    /// <summary>Creates an embedder.</summary>
    /// <param name="generator">The generator; never disposed here.</param>
    /// <param name="options">What its vectors are and how it is asked; not to be changed afterwards.</param>
    /// <exception cref="PgEmbedException">An option is out of its range.</exception>
    public EmbeddingGeneratorEmbedder(
        IEmbeddingGenerator<string, Embedding<float>> generator, EmbeddingGeneratorEmbedderOptions options)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _generator = generator;
        _options = options;
        _requests = new GeneratorRequests(options);
        _request = new EmbeddingGenerationOptions
        {
            ModelId = options.ModelId,
            Dimensions = options.RequestDimensions ? options.Dimensions : null,
        };
        Space = options.Space();
    }

    /// <inheritdoc/>
    public VectorSpace Space { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A text is null.</exception>
    /// <exception cref="PgEmbedException">
    /// The generator failed for good or too often, or its answer has not the right count of vectors.
    /// </exception>
    /// <exception cref="InvalidVectorException">A vector of its answer is not one of the space.</exception>
    public async Task<TextEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var prompt = role == TextRole.Query ? _options.QueryPrompt : _options.DocumentPrompt;
        var inputs = new string[texts.Count];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = WellFormed(
                prompt + (texts[i] ?? throw new ArgumentException($"Expected texts, got null at {i}.", nameof(texts))));

        var vectors = new VectorBlock(inputs.Length, Space.Dimensions);
        var tokens = 0L;
        var truncated = new List<int>();
        for (var first = 0; first < inputs.Length;)
        {
            var (count, estimate) = NextRequest(inputs.AsSpan(first));
            var result = await EmbedAsync(inputs[first..(first + count)], estimate, vectors, first, cancellationToken)
                .ConfigureAwait(false);
            tokens += result.Usage?.InputTokenCount ?? estimate;
            truncated.AddRange(TruncatedTextsOf(result).Select(place => first + place));
            first += count;
        }

        return new TextEmbeddings(vectors, tokens, truncated);
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(
        string[] inputs, long estimate, VectorBlock vectors, int first, CancellationToken cancellationToken)
    {
        var result = await _requests.RunAsync(
            token => _generator.GenerateAsync(inputs, _request, token), estimate, cancellationToken)
            .ConfigureAwait(false);
        if (result?.Count != inputs.Length)
            throw new PgEmbedException(
                $"Expected {inputs.Length} vectors of {Space.Name}, the generator gave {result?.Count ?? 0}.");
        for (var i = 0; i < inputs.Length; i++)
        {
            var vector = result[i]?.Vector ?? default;
            Space.Check(vector.Span);
            vector.Span.CopyTo(vectors.Row(first + i));
        }

        return result;
    }

    private static IReadOnlyList<int> TruncatedTextsOf(GeneratedEmbeddings<Embedding<float>> result) =>
        result.AdditionalProperties?.GetValueOrDefault(TextEmbedderGeneratorExtensions.TruncatedTextsProperty)
            is IReadOnlyList<int> places
            ? places
            : [];

    /// <summary>How many of the texts make the next request, and about how many tokens they have.</summary>
    private (int Count, long Tokens) NextRequest(ReadOnlySpan<string> inputs)
    {
        var tokens = TokenEstimate.Of(inputs[0]);
        var count = 1;
        for (; count < inputs.Length && count < _options.MaxTextsPerRequest; count++)
        {
            var next = TokenEstimate.Of(inputs[count]);
            if (tokens + next > _options.MaxTokensPerRequest)
                break;
            tokens += next;
        }

        return (count, tokens);
    }

    /// <summary>The text with every unpaired surrogate as U+FFFD, as a service would read it, if it took it at all.</summary>
    private static string WellFormed(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
            ? string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()))
            : text;
}
