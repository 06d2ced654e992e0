namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// The normalizer <c>Nmt</c>: takes control characters away and makes a space of white space, ▁, zero-width spaces and
/// marks of direction, the byte order mark and U+FFFD.
/// </summary>
internal sealed class NmtNormalizer : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var room = output.Reserve(text.Length);
        var written = 0;
        foreach (var character in text)
        {
            if (!IsRemoved(character))
                room[written++] = IsSpace(character) ? ' ' : character;
        }

        output.Advance(written);
    }

    private static bool IsRemoved(char character) => character is
        (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F') or '\u007F' or '\u008F' or '\u009F';

    private static bool IsSpace(char character) => character is
        '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028' or '\u2029' or '\u2581'
        or '\uFEFF' or '\uFFFD';
}
