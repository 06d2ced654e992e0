using System.Buffers;
using System.Globalization;
using System.Text;

namespace PgEmbed.Chunking;

/// <summary>
/// Tells where sentences end, by rules after UAX #29: a terminator ends one, unless what follows begins in lower case
/// or a full stop belongs to an abbreviation, an initial, or the number of an item.
/// </summary>
internal static class SentenceRules
{
    private const string FullStops = ".…‥";

    // Those of scripts that are written without spaces between sentences.
    private const string Unspaced = "。！？｡";

    private static readonly SearchValues<char> Terminators =
        SearchValues.Create(FullStops + Unspaced + "!?‼⁇⁈⁉؟۔।॥։።፧၊။៕᠃᠉");

    private static readonly SearchValues<char> UnspacedTerminators = SearchValues.Create(Unspaced);

    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "cf", "approx", "ca", "viz", "resp", "gen", "col",
        "capt", "lt", "sen", "rep", "gov", "rev", "hon", "mt", "ft", "dept", "inc", "ltd", "corp", "jan", "feb", "mar",
        "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    };

    private static readonly HashSet<string> AbbreviationsBeforeNumbers = new(StringComparer.OrdinalIgnoreCase)
    {
        "no", "nos", "fig", "figs", "eq", "vol", "p", "pp", "ch", "sec",
    };

    /// <summary>Whether a sentence ends between two words.</summary>
    /// <param name="word">The word before, with its punctuation.</param>
    /// <param name="next">The word after it.</param>
    /// <param name="isFirst">Whether the word before is the first of its line.</param>
    public static bool EndsBetween(ReadOnlySpan<char> word, ReadOnlySpan<char> next, bool isFirst)
    {
        var core = TrimClosing(word);
        if (core.IsEmpty || !Terminators.Contains(core[^1]) || BeginsInLowerCase(next))
            return false;
        return core[^1] != '.' || !IsAbbreviation(core[..^1], next, isFirst);
    }

    /// <summary>Whether a line begins an item of a list.</summary>
    /// <param name="word">The line's first word.</param>
    public static bool IsListMark(ReadOnlySpan<char> word) =>
        word is "-" or "*" or "+" or "•" or "–" or "—" or "‣" or "·"
        || (word.Length is > 1 and <= 4 && word[^1] is '.' or ')' && !word[..^1].ContainsAnyExceptInRange('0', '9'));

    /// <summary>
    /// The length of a run of characters up to and with the first sentence's end that needs no space; all of it where
    /// there is none.
    /// </summary>
    public static int FirstSentence(ReadOnlySpan<char> run)
    {
        var end = run.IndexOfAny(UnspacedTerminators);
        if (end < 0)
            return run.Length;
        while (end < run.Length && (Terminators.Contains(run[end]) || IsClosing(run[end])))
            end++;
        return end;
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> word, ReadOnlySpan<char> next, bool isFirst)
    {
        // Full stops within: "e.g", "U.S", and versions such as "1.2", which may well end a sentence.
        word = word.TrimStart("([{\"'“‘«");
        if (word.IsEmpty)
            return false;
        if (!word.ContainsAnyExceptInRange('0', '9'))
            return isFirst;
        if (word.Contains('.'))
            return word.Length <= 6 && char.IsLetter(word[0]) && word[1] == '.';
        return (word.Length == 1 && char.IsUpper(word[0])) || Has(Abbreviations, word)
            || (char.IsDigit(next[0]) && Has(AbbreviationsBeforeNumbers, word));
    }

    private static bool Has(HashSet<string> words, ReadOnlySpan<char> word) =>
        words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    private static bool BeginsInLowerCase(ReadOnlySpan<char> word)
    {
        foreach (var rune in word.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
                return Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter;
        }

        return false;
    }

    private static ReadOnlySpan<char> TrimClosing(ReadOnlySpan<char> word)
    {
        while (!word.IsEmpty && IsClosing(word[^1]))
            word = word[..^1];
        return word;
    }

    private static bool IsClosing(char c) => c is '"' or '\'' || char.GetUnicodeCategory(c) is
        UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation
        or UnicodeCategory.InitialQuotePunctuation;
}
