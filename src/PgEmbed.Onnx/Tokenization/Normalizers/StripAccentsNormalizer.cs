namespace PgEmbed.Onnx.Tokenization;

/// <summary>Takes combining marks away; accents that are part of a character stay, unless NFD comes before.</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    private static readonly CharacterClass Marks = new(UnicodeCharacters.Set("Mark"));

    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var copied = 0;
        for (int at = 0, length; at < text.Length; at += length)
        {
            if (!Marks.Contains(text, at, out length))
                continue;
            output.Append(text[copied..at]);
            copied = at + length;
        }

        output.Append(text[copied..]);
    }
}
