using Microsoft.Extensions.AI;

namespace PgEmbed.Generators;

/// <summary>Offers PgEmbed's embedders to what takes generators of Microsoft.Extensions.AI.</summary>
public static class TextEmbedderGeneratorExtensions
{
    /// <summary>
    /// The additional property of a result that says which of its texts were longer than the model reads and were cut:
    /// their places, ascending, an <c>IReadOnlyList&lt;int&gt;</c>.
    /// </summary>
    public const string TruncatedTextsProperty = "pgembed.truncated_texts";

    /// <summary>The embedder as a generator.</summary>
    /// <param name="embedder">The embedder; never disposed by the generator.</param>
    /// <param name="role">What texts are embedded as: generators don't tell queries from documents.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> AsEmbeddingGenerator(
        this ITextEmbedder embedder, TextRole role = TextRole.Document)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        return new TextEmbedderGenerator(embedder, role);
    }
}
