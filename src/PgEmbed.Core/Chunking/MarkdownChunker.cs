namespace PgEmbed.Chunking;

/// <summary>
/// Chunks of a Markdown text's sections: a heading and what stands under it, up to the next heading. One of more than
/// a number of tokens is parted at its paragraphs, and these as <see cref="TokenChunker"/> does; a heading stays with
/// the beginning of its text.
/// </summary>
/// <remarks>
/// Headings are those of CommonMark, with number signs or underlined; none are looked for in fenced code.
/// </remarks>
public sealed class MarkdownChunker : ITextChunker
{
    private readonly ChunkLimit _limit;

    /// <summary>Creates a chunker.</summary>
    /// <param name="count">Counts tokens as the model does that is to read the chunks.</param>
    /// <param name="maxTokens">The most tokens of a chunk, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public MarkdownChunker(TokenCounter count, int maxTokens) => _limit = new ChunkLimit(count, maxTokens);

    /// <inheritdoc/>
    public IReadOnlyList<TextChunk> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _limit.SplitEach(text, TextBreak.Section, MarkdownStructure.Of(text));
    }
}
