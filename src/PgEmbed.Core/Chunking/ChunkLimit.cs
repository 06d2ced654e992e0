namespace PgEmbed.Chunking;

/// <summary>How long chunks may be, and how that is counted.</summary>
internal readonly record struct ChunkLimit
{
    /// <summary>Creates a limit.</summary>
    /// <param name="count">Counts tokens as the model does that is to read the chunks.</param>
    /// <param name="maxTokens">The most tokens of a chunk, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public ChunkLimit(TokenCounter count, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        Count = count;
        MaxTokens = maxTokens;
    }

    /// <summary>Counts tokens.</summary>
    public TokenCounter Count { get; }

    /// <summary>The most tokens of a chunk.</summary>
    public int MaxTokens { get; }

    /// <summary>A text's chunks: each part between breaks of a strength packed for itself.</summary>
    public IReadOnlyList<TextChunk> SplitEach(
        string text, TextBreak strength, IReadOnlyDictionary<int, TextBreak> structure)
    {
        var units = TextUnits.Of(text, Count, MaxTokens, structure);
        return new ChunkPacker(text, units, Count, MaxTokens).PackEach(strength);
    }
}
