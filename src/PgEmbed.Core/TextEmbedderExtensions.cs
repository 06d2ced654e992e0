using PgEmbed.Streaming;

using PgEmbed.Telemetry;

namespace PgEmbed;

/// <summary>Shorter calls of <see cref="ITextEmbedder"/>.</summary>
public static class TextEmbedderExtensions
{
    /// <summary>Embeds one query.</summary>
    /// <exception cref="ArgumentException">The text is empty or white space.</exception>
    /// <exception cref="InvalidVectorException">The model made a vector that can't be searched by.</exception>
    public static async Task<SpaceVector> EmbedQueryAsync(
        this ITextEmbedder embedder, string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        var result = await EmbeddingTelemetry.EmbedAsync(embedder, [text], TextRole.Query, cancellationToken).ConfigureAwait(false);
        return embedder.Space.Vector(result.Vectors[0]);
    }

    /// <summary>Embeds a stream of texts of any length in bounded memory.</summary>
    /// <param name="embedder">The embedder.</param>
    /// <param name="texts">The texts, in any number.</param>
    /// <param name="role">What they are embedded as.</param>
    /// <param name="cancellationToken">Stops it within one batch.</param>
    /// <returns>The texts with their vectors, in their order.</returns>
    /// <remarks><inheritdoc cref="EmbedAsync{T}" path="/remarks"/></remarks>
    /// <exception cref="PgEmbedException">The model can't be run on a text.</exception>
    public static IAsyncEnumerable<Embedded<string>> EmbedAsync(
        this ITextEmbedder embedder,
        IAsyncEnumerable<string> texts,
        TextRole role,
        CancellationToken cancellationToken = default) =>
        embedder.EmbedAsync(texts, static text => text, role, cancellationToken);

    /// <summary>Embeds the text of each item of a stream of any length in bounded memory.</summary>
    /// <typeparam name="T">What the source gives: a row, say.</typeparam>
    /// <param name="embedder">The embedder.</param>
    /// <param name="items">The items, in any number.</param>
    /// <param name="text">An item's text.</param>
    /// <param name="role">What they are embedded as.</param>
    /// <param name="cancellationToken">Stops it within one batch.</param>
    /// <returns>The items with their texts' vectors, in their order.</returns>
    /// <remarks>
    /// Up to some thousand texts at a time are embedded together, and meanwhile the next are read; while the caller
    /// works on a result, no more than the item that the source was just asked for. A slow source's items are not held
    /// back for more to come. Where the source fails, what came before comes out first. Where the caller stops early,
    /// what is under way is cancelled and waited for.
    /// </remarks>
    /// <exception cref="ArgumentException">A text is null.</exception>
    /// <exception cref="PgEmbedException">The model can't be run on a text.</exception>
    public static IAsyncEnumerable<Embedded<T>> EmbedAsync<T>(
        this ITextEmbedder embedder,
        IAsyncEnumerable<T> items,
        Func<T, string> text,
        TextRole role,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(text);
        return new EmbeddingStream<T>(embedder, items, text, role).RunAsync(cancellationToken);
    }

    /// <summary>Embeds several queries in one call of the model.</summary>
    /// <exception cref="ArgumentException">A text is empty or white space.</exception>
    /// <exception cref="InvalidVectorException">The model made a vector that can't be searched by.</exception>
    public static async Task<IReadOnlyList<SpaceVector>> EmbedQueriesAsync(
        this ITextEmbedder embedder, IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(texts);
        foreach (var text in texts)
            ArgumentException.ThrowIfNullOrWhiteSpace(text, nameof(texts));
        var result = await EmbeddingTelemetry.EmbedAsync(embedder, texts, TextRole.Query, cancellationToken)
            .ConfigureAwait(false);
        return [.. Enumerable.Range(0, texts.Count).Select(i => embedder.Space.Vector(result.Vectors[i]))];
    }
}
