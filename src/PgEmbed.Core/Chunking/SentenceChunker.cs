using System.Collections.ObjectModel;

namespace PgEmbed.Chunking;

/// <summary>
/// A chunk for each sentence; one of more than a number of tokens is parted at its words as <see cref="TokenChunker"/>
/// does.
/// </summary>
/// <remarks>
/// A sentence ends at its terminator, at a paragraph's end, and before an item of a list. The rules are the same for
/// all languages; of abbreviations they know common English ones.
/// </remarks>
public sealed class SentenceChunker : ITextChunker
{
    private readonly ChunkLimit _limit;

    /// <summary>Creates a chunker.</summary>
    /// <param name="count">Counts tokens as the model does that is to read the chunks.</param>
    /// <param name="maxTokens">The most tokens of a chunk, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public SentenceChunker(TokenCounter count, int maxTokens) => _limit = new ChunkLimit(count, maxTokens);

    /// <inheritdoc/>
    public IReadOnlyList<TextChunk> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _limit.SplitEach(text, TextBreak.Sentence, ReadOnlyDictionary<int, TextBreak>.Empty);
    }
}
