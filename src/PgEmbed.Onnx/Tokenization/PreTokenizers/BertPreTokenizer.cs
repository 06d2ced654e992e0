namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// BERT's words: what stands between white space, with every punctuation character a word of its own.
/// </summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    private const byte Letter = 0;
    private const byte WhiteSpace = 1;
    private const byte Punctuation = 2;

    private static readonly CharacterTable<byte> Kinds = new(KindOf);

    public void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        var start = 0;
        for (var at = 0; at < text.Length && !tokens.Overflowed;)
        {
            var kind = Kinds.At(text, at, out var length);
            at += length;
            if (kind == Letter)
                continue;
            if (at - length > start)
                next.Tokenize(text[start..(at - length)], ref tokens);
            if (kind == Punctuation)
                next.Tokenize(text.Slice(at - length, length), ref tokens);
            start = at;
        }

        if (start < text.Length && !tokens.Overflowed)
            next.Tokenize(text[start..], ref tokens);
    }

    private static byte KindOf(int codePoint) =>
        BertCharacters.IsWhiteSpace(codePoint) ? WhiteSpace
        : BertCharacters.Instance.Punctuation.Contains(codePoint) ? Punctuation
        : Letter;
}
