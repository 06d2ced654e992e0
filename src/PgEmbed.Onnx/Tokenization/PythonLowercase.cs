using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Lower case as Python's <c>str.lower</c> makes it, which sentence-transformers puts before the tokenizer of a model
/// with <c>do_lower_case</c>: each character's own, but a capital sigma at a word's end becomes the final small one.
/// </summary>
internal static class PythonLowercase
{
    private const int CapitalSigma = 0x3A3;

    // Letters by category, and what Unicode's properties Cased and Case_Ignorable have besides.
    private static readonly CharacterClass Cased = new(CodePointSet.Union(
    [
        UnicodeCharacters.Set("Lu"), UnicodeCharacters.Set("Ll"), UnicodeCharacters.Set("Lt"),
        CodePointSet.OfRanges(
        [
            (0xAA, 0xAA), (0xBA, 0xBA), (0x2160, 0x217F), (0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169),
            (0x1F170, 0x1F189),
        ]),
    ]));

    private static readonly CharacterClass Ignorable = new(CodePointSet.Union(
    [
        UnicodeCharacters.Set("Mn"), UnicodeCharacters.Set("Me"), UnicodeCharacters.Set("Cf"),
        UnicodeCharacters.Set("Lm"), UnicodeCharacters.Set("Sk"),
        CodePointSet.OfRanges(
        [
            ('\'', '\''), ('.', '.'), (':', ':'), (0xB7, 0xB7), (0x387, 0x387), (0x55F, 0x55F), (0x5F4, 0x5F4),
            (0x2018, 0x2019), (0x2024, 0x2024), (0x2027, 0x2027), (0xFE13, 0xFE13), (0xFE52, 0xFE52),
            (0xFE55, 0xFE55), (0xFF07, 0xFF07), (0xFF0E, 0xFF0E), (0xFF1A, 0xFF1A),
        ]),
    ]));

    /// <summary>The lower case of a text. An unpaired surrogate is read as U+FFFD.</summary>
    public static string Apply(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        var wellFormed = string.Concat(text.EnumerateRunes());
        var lower = new StringBuilder(wellFormed.Length);
        for (var at = 0; at < wellFormed.Length;)
        {
            var rune = Rune.GetRuneAt(wellFormed, at);
            if (rune.Value == CapitalSigma)
                lower.Append(IsFinal(wellFormed, at) ? 'ς' : 'σ');
            else if (BertCharacters.Instance.TryGetLower(rune.Value, out var mapped))
                lower.Append(mapped);
            else
                lower.Append(rune);
            at += rune.Utf16SequenceLength;
        }

        return lower.ToString();
    }

    /// <summary>Whether a cased character stands before and none behind, others that are ignored aside.</summary>
    private static bool IsFinal(string text, int sigma)
    {
        var before = sigma;
        do
        {
            if (before == 0)
                return false;
            before -= before > 1 && char.IsSurrogatePair(text, before - 2) ? 2 : 1;
        }
        while (Ignorable.Contains(text, before, out _));

        if (!Cased.Contains(text, before, out _))
            return false;
        var behind = sigma + 1;
        while (behind < text.Length && Ignorable.Contains(text, behind, out var length))
            behind += length;
        return behind == text.Length || !Cased.Contains(text, behind, out _);
    }
}
