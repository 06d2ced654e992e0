namespace PgEmbed.Core.Tests.Chunking;

/// <summary>Counts a token for each four characters of a word, and remembers how much it was given to count.</summary>
internal sealed class WordCounter
{
    public long Characters { get; private set; }

    public int Count(ReadOnlySpan<char> text)
    {
        Characters += text.Length;
        var tokens = 0;
        var length = 0;
        foreach (var c in text)
        {
            length = char.IsWhiteSpace(c) ? 0 : length + 1;
            tokens += length % 4 == 1 ? 1 : 0;
        }

        return tokens;
    }
}
