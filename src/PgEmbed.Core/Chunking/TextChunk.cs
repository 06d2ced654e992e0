namespace PgEmbed.Chunking;

/// <summary>A part of a text, by its place.</summary>
/// <param name="Start">The offset of its first character, in UTF-16 code units.</param>
/// <param name="Length">How many UTF-16 code units it has.</param>
public readonly record struct TextChunk(int Start, int Length)
{
    /// <summary>The offset behind its last character.</summary>
    public int End => Start + Length;

    /// <summary>The chunk's own text.</summary>
    /// <param name="text">The text that the chunk is a part of.</param>
    /// <exception cref="ArgumentException">The text is shorter than the chunk's end.</exception>
    public string In(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Start >= 0 && Length >= 0 && Start <= text.Length - Length
            ? text.Substring(Start, Length)
            : throw new ArgumentException(
                $"Expected a text of {End} characters or more, got {text.Length}.", nameof(text));
    }
}
