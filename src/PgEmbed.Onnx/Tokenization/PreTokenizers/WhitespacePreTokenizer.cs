namespace PgEmbed.Onnx.Tokenization;

/// <summary>Words of word characters, and of what is neither one nor white space: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WhitespacePreTokenizer : IPreTokenizer
{
    private static readonly CharacterClass Word = new(UnicodeCharacters.Set("WhitespaceWord"));
    private static readonly CharacterClass WhiteSpace = new(UnicodeCharacters.WhiteSpace);

    public void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        for (int start = 0, end; start < text.Length && !tokens.Overflowed; start = end)
        {
            var isWord = Word.Contains(text, start, out var length);
            end = start + length;
            if (!isWord && WhiteSpace.Contains(text, start, out _))
                continue;
            while (end < text.Length && Word.Contains(text, end, out length) == isWord
                && (isWord || !WhiteSpace.Contains(text, end, out _)))
                end += length;
            next.Tokenize(text[start..end], ref tokens);
        }
    }
}
