using System.Globalization;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Decompositions, compositions and combining classes for the normalization forms (Unicode, UAX #15).
/// </summary>
internal static class UnicodeForms
{
    // Hangul syllables by arithmetic: 19 leading consonants × 21 vowels × (27 trailing consonants or none).
    private const int SyllableBase = 0xAC00;
    private const int LeadingBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailingBase = 0x11A7;
    private const int LeadingCount = 19;
    private const int VowelCount = 21;
    private const int TrailingCount = 28;
    private const int SyllableCount = LeadingCount * VowelCount * TrailingCount;

    private static readonly Dictionary<int, string> CanonicalSteps = UnicodeCharacters.Data.Map("Canonical");
    private static readonly Dictionary<int, string> CompatibilityForms = UnicodeCharacters.Data.Map("Compatibility");
    private static readonly CodePointSet Excluded = UnicodeCharacters.Set("Excluded");
    private static readonly Dictionary<(int First, int Second), int> Compositions = ReadCompositions();
    private static readonly HashSet<int> Seconds = [.. Compositions.Keys.Select(pair => pair.Second)];
    private static readonly CodePointMap<byte> Classes = ReadClasses();

    /// <summary>What each character becomes in NFD, or null where it stays.</summary>
    public static CodePointMap<string?> Canonical { get; } = new(Decompose);

    /// <summary>What each character becomes in NFKD, or null where it stays.</summary>
    public static CodePointMap<string?> Compatibility { get; } =
        new(codePoint => CompatibilityForms.GetValueOrDefault(codePoint) ?? Decompose(codePoint));

    /// <summary>The canonical combining class, 0 for what combines with nothing before it.</summary>
    public static byte ClassOf(int codePoint) => Classes[codePoint];

    /// <summary>
    /// Whether a character stays as it is in a form, whatever stands before it; what is before it can be normalized then
    /// without looking at what begins here.
    /// </summary>
    public static bool IsStable(int codePoint, bool compose, bool compatible)
    {
        if (ClassOf(codePoint) != 0 || (compatible && CompatibilityForms.ContainsKey(codePoint)))
            return false;
        return compose
            ? !Excluded.Contains(codePoint) && !Seconds.Contains(codePoint) && !IsSecondJamo(codePoint)
            : Decompose(codePoint) is null;
    }

    /// <summary>Whether a character is a Hangul syllable, which is made of its parts by arithmetic.</summary>
    public static bool IsSyllable(int codePoint) => codePoint is >= SyllableBase and < SyllableBase + SyllableCount;

    /// <summary>The one character that two become, if they do.</summary>
    public static bool TryCompose(int first, int second, out int composed)
    {
        if (first is >= LeadingBase and < LeadingBase + LeadingCount
            && second is >= VowelBase and < VowelBase + VowelCount)
        {
            composed = SyllableBase
                + ((((first - LeadingBase) * VowelCount) + second - VowelBase) * TrailingCount);
            return true;
        }

        if (IsSyllable(first)
            && (first - SyllableBase) % TrailingCount == 0
            && second is > TrailingBase and < TrailingBase + TrailingCount)
        {
            composed = first + second - TrailingBase;
            return true;
        }

        return Compositions.TryGetValue((first, second), out composed);
    }

    private static bool IsSecondJamo(int codePoint) => codePoint
        is (>= VowelBase and < VowelBase + VowelCount) or (> TrailingBase and < TrailingBase + TrailingCount);

    private static string? Decompose(int codePoint)
    {
        if (IsSyllable(codePoint))
            return DecomposeSyllable(codePoint - SyllableBase);
        if (!CanonicalSteps.TryGetValue(codePoint, out var step))
            return null;
        var first = char.ConvertToUtf32(step, 0);
        return Decompose(first) is { } decomposed ? decomposed + step[(first > char.MaxValue ? 2 : 1)..] : step;
    }

    private static string DecomposeSyllable(int syllable)
    {
        var leading = (char)(LeadingBase + (syllable / (VowelCount * TrailingCount)));
        var vowel = (char)(VowelBase + (syllable % (VowelCount * TrailingCount) / TrailingCount));
        var trailing = syllable % TrailingCount;
        return trailing == 0 ? $"{leading}{vowel}" : $"{leading}{vowel}{(char)(TrailingBase + trailing)}";
    }

    private static Dictionary<(int First, int Second), int> ReadCompositions()
    {
        var compositions = new Dictionary<(int, int), int>();
        foreach (var (composed, step) in CanonicalSteps)
        {
            var parts = step.EnumerateRunes().Select(r => r.Value).ToList();
            if (!Excluded.Contains(composed))
                compositions[(parts[0], parts[1])] = composed;
        }

        return compositions;
    }

    private static CodePointMap<byte> ReadClasses()
    {
        const string Prefix = "Class ";
        var classes = new Dictionary<int, byte>();
        foreach (var name in UnicodeCharacters.Data.Names(Prefix))
        {
            var value = byte.Parse(name.AsSpan(Prefix.Length), CultureInfo.InvariantCulture);
            foreach (var (first, last) in UnicodeCharacters.Set(name).Ranges())
            {
                for (var codePoint = first; codePoint <= last; codePoint++)
                    classes[codePoint] = value;
            }
        }

        return new CodePointMap<byte>(codePoint => classes.GetValueOrDefault(codePoint));
    }
}
