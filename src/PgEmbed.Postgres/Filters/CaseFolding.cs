using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// A change of case as .NET makes it: character by character. What of PostgreSQL's own case mapping depends on its
/// locale, so a text is looked for by the characters that .NET maps to each of its own, as a regular expression; where
/// these are ASCII only, by the mapping of the collation "C", which maps nothing else.
/// </summary>
internal sealed class CaseFolding
{
    private static readonly ConcurrentDictionary<(string, bool), CaseFolding> ByCulture = new();
    private static readonly Lazy<CaseFolding> Ignoring = new(() => new CaseFolding("upper", ToUpperOrdinal, true));

    // Beyond these planes' parts no script has two cases.
    private const int LastCased = 0x1FFFF;

    private readonly Func<Rune, Rune> _fold;
    private readonly Lazy<Dictionary<Rune, string>> _sources;
    private readonly bool _foldsValue;

    private CaseFolding(string function, Func<Rune, Rune> fold, bool foldsValue)
    {
        Function = function;
        _fold = fold;
        _foldsValue = foldsValue;
        _sources = new Lazy<Dictionary<Rune, string>>(Sources);
    }

    /// <summary>Comparison without regard to case: <see cref="StringComparison.OrdinalIgnoreCase"/>.</summary>
    public static CaseFolding OrdinalIgnoreCase => Ignoring.Value;

    /// <summary>PostgreSQL's function that does it for ASCII.</summary>
    public string Function { get; }

    /// <summary>ToLower or ToUpper under a culture.</summary>
    public static CaseFolding Of(CultureInfo culture, bool upper) => ByCulture.GetOrAdd(
        (culture.Name, upper),
        key => key.Item2
            ? new CaseFolding("upper", rune => Rune.ToUpper(rune, culture), false)
            : new CaseFolding("lower", rune => Rune.ToLower(rune, culture), false));

    /// <summary>
    /// The text to look for in the folded column where ASCII's mapping is enough; null where it is not, and then the
    /// pattern is to be used.
    /// </summary>
    public string? Ascii(string value)
    {
        var folded = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            var wanted = Wanted(rune);
            if (!wanted.IsAscii || !SourcesOf(wanted).All(char.IsAscii) || SourcesOf(wanted).Length == 0)
                return null;
            folded.Append(wanted);
        }

        return folded.ToString();
    }

    /// <summary>The regular expression for the texts that are folded to one; null where none is.</summary>
    public string? Pattern(string value, TextMatch match)
    {
        var pattern = new StringBuilder(match is TextMatch.Equal or TextMatch.StartsWith ? "^" : "");
        foreach (var rune in value.EnumerateRunes())
        {
            var sources = SourcesOf(Wanted(rune));
            if (sources.Length == 0)
                return null;
            if (new StringInfo(sources).LengthInTextElements == 1 && sources.Length == rune.Utf16SequenceLength)
                pattern.Append(rune.IsAscii && !Rune.IsLetterOrDigit(rune) ? @"\" : "").Append(sources);
            else
                pattern.Append('[').Append(sources).Append(']');
        }

        return pattern.Append(match is TextMatch.Equal or TextMatch.EndsWith ? "$" : "").ToString();
    }

    // As upper case, but no other character is ever equal to one of ASCII: not even the long s to S.
    private static Rune ToUpperOrdinal(Rune rune)
    {
        var upper = Rune.ToUpperInvariant(rune);
        return upper.IsAscii && !rune.IsAscii ? rune : upper;
    }

    private Rune Wanted(Rune rune) => _foldsValue ? _fold(rune) : rune;

    private string SourcesOf(Rune folded) => _sources.Value.TryGetValue(folded, out var sources)
        ? sources
        : _fold(folded) == folded ? folded.ToString() : "";

    // Only characters that are not alone in being mapped to theirs are kept.
    private Dictionary<Rune, string> Sources()
    {
        var sources = new Dictionary<Rune, string>();
        for (var code = 0; code <= LastCased; code++)
        {
            if (!Rune.TryCreate(code, out var rune) || _fold(rune) is var folded && folded == rune)
                continue;
            var others = sources.GetValueOrDefault(folded) ?? (_fold(folded) == folded ? folded.ToString() : "");
            sources[folded] = others + rune;
        }

        return sources;
    }
}
