using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// BERT's words: what stands between white space, with every punctuation character a word of its own.
/// </summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    private const byte Letter = 0;
    private const byte WhiteSpace = 1;
    private const byte Punctuation = 2;

    private static readonly CodePointMap<byte> Kinds = new(KindOf);
    private static readonly byte[] AsciiKinds = [.. Enumerable.Range(0, 128).Select(KindOf)];

    public void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        var start = 0;
        for (var at = 0; at < text.Length && !tokens.Overflowed;)
        {
            var kind = Kind(text, at, out var length);
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

    private static byte Kind(ReadOnlySpan<char> text, int at, out int length)
    {
        length = 1;
        if (text[at] < 128)
            return AsciiKinds[text[at]];
        Rune.DecodeFromUtf16(text[at..], out var rune, out length);
        return Kinds[rune.Value];
    }

    private static byte KindOf(int codePoint) =>
        BertCharacters.IsWhiteSpace(codePoint) ? WhiteSpace
        : BertCharacters.Instance.Punctuation.Contains(codePoint) ? Punctuation
        : Letter;
}
