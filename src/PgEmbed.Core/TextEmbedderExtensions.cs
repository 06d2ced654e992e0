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
        var result = await embedder.EmbedAsync([text], TextRole.Query, cancellationToken).ConfigureAwait(false);
        return embedder.Space.Vector(result.Vectors[0]);
    }
}
