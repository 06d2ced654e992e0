using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>BERT's words: what stands between white space, with every punctuation character a word of its own.</summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    private const byte Letter = 0;
    private const byte WhiteSpace = 1;
    private const byte Punctuation = 2;

    private static readonly CodePointMap<byte> Kinds = new(KindOf);
    private static readonly byte[] AsciiKinds = [.. Enumerable.Range(0, 128).Select(KindOf)];

    public bool TryNext(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> word)
    {
        var start = position;
        var at = position;
        while (at < text.Length)
        {
            var kind = Kind(text, at, out var length);
            if (kind != Letter)
            {
                if (at > start)
                    break;
                if (kind == WhiteSpace)
                {
                    start = at += length;
                    continue;
                }

                at += length;
                break;
            }

            at += length;
        }

        position = at;
        word = text[start..at];
        return word.Length > 0;
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
        : BertCharacters.Instance.IsPunctuation(codePoint) ? Punctuation
        : Letter;
}
