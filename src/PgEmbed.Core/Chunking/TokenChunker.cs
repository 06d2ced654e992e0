using System.Collections.ObjectModel;

namespace PgEmbed.Chunking;

/// <summary>
/// Chunks of at most a number of tokens: a text is parted at its paragraphs, one that is too long at its lines and
/// sentences, a sentence at its words, a word at its graphemes, and what has room together stays together.
/// </summary>
/// <remarks>
/// Only a single code point that alone has more tokens than that makes a longer chunk. A line's end within a sentence,
/// as in text wrapped to a width, is no stronger break than the sentence's.
/// </remarks>
public sealed class TokenChunker : ITextChunker
{
    private readonly TokenCounter _count;
    private readonly int _maxTokens;
    private readonly int _overlap;

    /// <summary>Creates a chunker.</summary>
    /// <param name="count">Counts tokens as the model does that is to read the chunks.</param>
    /// <param name="maxTokens">The most tokens of a chunk, 1 or more.</param>
    /// <param name="overlap">
    /// How many of them at most are repeated from the end of the chunk before, whole words only; less than half.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public TokenChunker(TokenCounter count, int maxTokens, int overlap = 0)
    {
        ArgumentNullException.ThrowIfNull(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, (maxTokens - 1) / 2);
        _count = count;
        _maxTokens = maxTokens;
        _overlap = overlap;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextChunk> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var units = TextUnits.Of(text, _count, _maxTokens - _overlap, ReadOnlyDictionary<int, TextBreak>.Empty);
        return new ChunkPacker(text, units, _count, _maxTokens, _overlap).Pack();
    }
}
