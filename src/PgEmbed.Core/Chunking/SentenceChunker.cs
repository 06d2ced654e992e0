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
    private readonly TokenCounter _count;
    private readonly int _maxTokens;

    /// <summary>Creates a chunker.</summary>
    /// <param name="count">Counts tokens as the model does that is to read the chunks.</param>
    /// <param name="maxTokens">The most tokens of a chunk, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public SentenceChunker(TokenCounter count, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        _count = count;
        _maxTokens = maxTokens;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextChunk> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var units = TextUnits.Of(text, _count, _maxTokens, ReadOnlyDictionary<int, TextBreak>.Empty);
        return new ChunkPacker(text, units, _count, _maxTokens).PackEach(TextBreak.Sentence);
    }
}
