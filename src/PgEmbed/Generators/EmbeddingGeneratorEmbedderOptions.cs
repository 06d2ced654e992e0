using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PgEmbed.Generators;

/// <summary>
/// What a generator's vectors are, and how it is asked for them. The name, version, dimensions, metric and prompts are
/// the space: nothing can be read from a remote service that would identify it, so these must be changed when its model
/// is.
/// </summary>
public sealed class EmbeddingGeneratorEmbedderOptions
{
    /// <summary>The model's name, a word.</summary>
    public required string Name { get; set; }

    /// <summary>The model's version, a word; null: the fingerprint's first 12 digits.</summary>
    public string? Version { get; set; }

    /// <summary>The length of its vectors, 1 to 16,000.</summary>
    public required int Dimensions { get; set; }

    /// <summary>How its vectors are compared.</summary>
    public DistanceMetric Metric { get; set; } = DistanceMetric.Cosine;

    /// <summary>What is put before a document.</summary>
    public string DocumentPrompt { get; set; } = "";

    /// <summary>What is put before a query.</summary>
    public string QueryPrompt { get; set; } = "";

    /// <summary>The model to ask the generator for; null: its default.</summary>
    public string? ModelId { get; set; }

    /// <summary>Whether to ask the generator for <see cref="Dimensions"/>: some models can shorten their vectors.</summary>
    public bool RequestDimensions { get; set; }

    /// <summary>The most texts of a request.</summary>
    public int MaxTextsPerRequest { get; set; } = 96;

    /// <summary>
    /// About the most tokens of a request, estimated as a third of the UTF-8 bytes; a longer text is sent by itself.
    /// </summary>
    public int MaxTokensPerRequest { get; set; } = 100_000;

    /// <summary>The most requests in a minute, spaced evenly, repetitions included; null: no limit.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>About the most tokens in a minute, spaced evenly; null: no limit.</summary>
    public int? TokensPerMinute { get; set; }

    /// <summary>How long a request may take.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How often a request is repeated that failed in a way that may pass.</summary>
    public int Retries { get; set; } = 5;

    /// <summary>
    /// The wait before the first repetition, doubled with each up to a minute and varied by a quarter, so that clients
    /// that failed together don't come back together.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether a failure may pass, beside those that always may: <see cref="TimeoutException"/> and
    /// <see cref="HttpRequestException"/> without a status or with 408, 429 or 5xx. For a client that has exceptions of
    /// its own.
    /// </summary>
    public Func<Exception, bool> IsTransient { get; set; } = _ => false;

    /// <summary>
    /// How long the service asks to wait by a failure; null: it does not say. For a client that has exceptions of its own
    /// which tell it. Of others, <see cref="RetryAfterHandler"/> in their HTTP client tells it.
    /// </summary>
    public Func<Exception, TimeSpan?> RetryAfter { get; set; } = _ => null;

    /// <summary>The longest wait that a service is granted; where it asks for more, the call fails.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The clock for waits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Checks every value.</summary>
    /// <exception cref="PgEmbedException">A value is out of its range.</exception>
    public void Validate()
    {
        ValidateLabel(nameof(Name), Name);
        if (Version is not null)
            ValidateLabel(nameof(Version), Version);
        ValidateRange(nameof(Dimensions), Dimensions, 1, VectorSpace.MaxDimensions);
        if (!Enum.IsDefined(Metric))
            throw new PgEmbedException($"Expected {nameof(Metric)} to be a metric, got {Metric}.");
        if (DocumentPrompt is null || QueryPrompt is null)
            throw new PgEmbedException("Expected prompts to be texts, got null.", "An empty text is no prompt.");
        if (ModelId is "")
            throw new PgEmbedException($"Expected {nameof(ModelId)} to be a model's id, got an empty text.");
        ValidateRange(nameof(MaxTextsPerRequest), MaxTextsPerRequest, 1, int.MaxValue);
        ValidateRange(nameof(MaxTokensPerRequest), MaxTokensPerRequest, 1, int.MaxValue);
        ValidateRange(nameof(RequestsPerMinute), RequestsPerMinute ?? 1, 1, int.MaxValue);
        ValidateRange(nameof(TokensPerMinute), TokensPerMinute ?? 1, 1, int.MaxValue);
        ValidateRange(nameof(Retries), Retries, 0, 100);
        if (RequestTimeout <= TimeSpan.Zero || RequestTimeout > TimeSpan.FromDays(1))
            throw new PgEmbedException($"Expected {nameof(RequestTimeout)} to be up to a day, got {RequestTimeout}.");
        if (RetryDelay < TimeSpan.Zero || RetryDelay > TimeSpan.FromMinutes(1))
            throw new PgEmbedException($"Expected {nameof(RetryDelay)} to be up to a minute, got {RetryDelay}.");
        if (IsTransient is null)
            throw new PgEmbedException($"Expected {nameof(IsTransient)} to be a function, got null.");
        if (RetryAfter is null)
            throw new PgEmbedException($"Expected {nameof(RetryAfter)} to be a function, got null.");
        if (MaxRetryAfter < TimeSpan.Zero || MaxRetryAfter > TimeSpan.FromDays(1))
            throw new PgEmbedException($"Expected {nameof(MaxRetryAfter)} to be up to a day, got {MaxRetryAfter}.");
        if (TimeProvider is null)
            throw new PgEmbedException($"Expected {nameof(TimeProvider)} to be a clock, got null.");
    }

    /// <summary>
    /// The space: its fingerprint is the SHA-256 of these lines, each ended by a line feed, as UTF-8:
    /// <c>pgembed generator 1</c>, <c>name N</c>, <c>version V</c>, <c>dimensions D</c>, <c>metric M</c>,
    /// <c>document_prompt P</c>, <c>query_prompt P</c>; N, V and P as JSON texts in
    /// ASCII, V empty where there is none.
    /// </summary>
    internal VectorSpace Space()
    {
        var canonical = FormattableString.Invariant($"""
            pgembed generator 1
            name {JsonSerializer.Serialize(Name)}
            version {JsonSerializer.Serialize(Version ?? "")}
            dimensions {Dimensions}
            metric {Metric.ToName()}
            document_prompt {JsonSerializer.Serialize(DocumentPrompt)}
            query_prompt {JsonSerializer.Serialize(QueryPrompt)}

            """);
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        return new VectorSpace($"{Name}@{Version ?? fingerprint[..12]}", fingerprint, Dimensions, Metric);
    }

    private static void ValidateLabel(string property, string? value)
    {
        if (string.IsNullOrEmpty(value) || value.Contains('@') || value.Any(char.IsWhiteSpace))
            throw new PgEmbedException(
                $"Expected {property} to be a word without '@' and white space, got '{value}'.");
    }

    private static void ValidateRange(string property, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new PgEmbedException($"Expected {property} to be {least} to {most}, got {value}.");
    }
}
