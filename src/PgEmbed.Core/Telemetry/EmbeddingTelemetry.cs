using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PgEmbed.Telemetry;

/// <summary>
/// Embeds, and tells of it by OpenTelemetry's conventions for generative AI: a span <c>embeddings MODEL</c>, and the
/// instruments <c>gen_ai.client.operation.duration</c> and <c>gen_ai.client.token.usage</c>.
/// </summary>
public static class EmbeddingTelemetry
{
    private static readonly Histogram<double> Duration = PgEmbedTelemetry.Meter.CreateHistogram<double>(
        "gen_ai.client.operation.duration", "s", "How long embedding took.");

    private static readonly Histogram<long> Tokens = PgEmbedTelemetry.Meter.CreateHistogram<long>(
        "gen_ai.client.token.usage", "{token}", "How many tokens the model read.");

    /// <summary>As <see cref="ITextEmbedder.EmbedAsync"/>.</summary>
    public static async Task<TextEmbeddings> EmbedAsync(
        ITextEmbedder embedder, IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(texts);
        var tags = new TagList
        {
            { "gen_ai.operation.name", "embeddings" },
            { "gen_ai.request.model", embedder.Space.Name },
        };
        using var activity = PgEmbedTelemetry.Source.StartActivity(
            ActivityKind.Internal, name: $"embeddings {embedder.Space.Name}", tags: tags);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var embeddings = await embedder.EmbedAsync(texts, role, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("gen_ai.usage.input_tokens", embeddings.Tokens)
                .SetTag("gen_ai.embeddings.dimension.count", embedder.Space.Dimensions)
                .SetTag("pgembed.texts", texts.Count)
                .SetTag("pgembed.truncated", embeddings.Truncated);
            var usage = tags;
            usage.Add("gen_ai.token.type", "input");
            Tokens.Record(embeddings.Tokens, usage);
            return embeddings;
        }
        catch (Exception e)
        {
            tags.Add("error.type", e.GetType().FullName);
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", e.GetType().FullName);
            throw;
        }
        finally
        {
            Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, tags);
        }
    }
}
