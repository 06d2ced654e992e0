namespace PgEmbed.Onnx.Tokenization;

/// <summary>Splits at white space, which belongs to no word.</summary>
internal sealed class WhitespaceSplitPreTokenizer : IPreTokenizer
{
    public void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        while (!tokens.Overflowed && TryNext(ref text, out var word))
            next.Tokenize(word, ref tokens);
    }

    /// <summary>Takes the first word of a text, and what is before it; false where there is none left.</summary>
    public static bool TryNext(scoped ref ReadOnlySpan<char> text, out ReadOnlySpan<char> word)
    {
        text = text.TrimStart();
        var length = 0;
        while (length < text.Length && !char.IsWhiteSpace(text[length]))
            length++;
        word = text[..length];
        text = text[length..];
        return length > 0;
    }
}
