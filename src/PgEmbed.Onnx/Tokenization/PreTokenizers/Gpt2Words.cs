namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// The words of GPT-2's pattern <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>,
/// found by hand because it is by far the most used one. Every character belongs to a word.
/// </summary>
internal static class Gpt2Words
{
    private const byte Other = 0;
    private const byte Letter = 1;
    private const byte Number = 2;
    private const byte WhiteSpace = 3;

    private static readonly CharacterTable<byte> Kinds = new(KindOf);

    /// <summary>The length of the word that a text, not empty, begins with.</summary>
    public static int Next(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'' && Contraction(text) is > 0 and var contraction)
            return contraction;
        var at = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        var kind = Kinds.At(text, at, out var length);
        if (kind == WhiteSpace)
            return WhiteSpaceRun(text);
        do
            at += length;
        while (at < text.Length && Kinds.At(text, at, out length) == kind);
        return at;
    }

    private static int Contraction(ReadOnlySpan<char> text) => text switch
    {
        ['\'', 's' or 't' or 'm' or 'd', ..] => 2,
        ['\'', 'r' or 'v', 'e', ..] or ['\'', 'l', 'l', ..] => 3,
        _ => 0,
    };

    /// <summary>
    /// White space up to the text's end; before a word, all but its last character, unless it is the only.
    /// </summary>
    private static int WhiteSpaceRun(ReadOnlySpan<char> text)
    {
        // No white space is beyond the first 65,536 code points: each is one char.
        var end = 0;
        while (end < text.Length && Kinds.At(text, end, out _) == WhiteSpace)
            end++;
        return end == text.Length || end == 1 ? end : end - 1;
    }

    private static byte KindOf(int codePoint) =>
        UnicodeCharacters.WhiteSpace.Contains(codePoint) ? WhiteSpace
        : UnicodeCharacters.Set("L").Contains(codePoint) ? Letter
        : UnicodeCharacters.Set("N").Contains(codePoint) ? Number
        : Other;
}
