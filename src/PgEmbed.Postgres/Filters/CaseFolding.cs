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
    // Beyond these planes' parts no script has two cases.
    private const int LastCased = 0x1FFFF;

    private static readonly ConcurrentDictionary<(string, bool), CaseFolding> ByCulture = new();
    private static readonly Lazy<CaseFolding> Ignoring = new(() => new CaseFolding("upper", Alternatives));

    private readonly Lazy<Dictionary<Rune, string>> _sources;

    private CaseFolding(string function, Func<Dictionary<Rune, string>> sources)
    {
        Function = function;
        _sources = new Lazy<Dictionary<Rune, string>>(sources);
    }

    /// <summary>Comparison without regard to case: <see cref="StringComparison.OrdinalIgnoreCase"/>.</summary>
    public static CaseFolding OrdinalIgnoreCase => Ignoring.Value;

    /// <summary>PostgreSQL's function that does it for ASCII.</summary>
    public string Function { get; }

    /// <summary>ToLower or ToUpper under a culture.</summary>
    public static CaseFolding Of(CultureInfo culture, bool upper) => ByCulture.GetOrAdd(
        (culture.Name, upper),
        key => key.Item2
            ? new CaseFolding("upper", () => Sources(rune => Rune.ToUpper(rune, culture)))
            : new CaseFolding("lower", () => Sources(rune => Rune.ToLower(rune, culture))));

    /// <summary>
    /// The text to look for in the folded column where ASCII's mapping is enough; null where it is not, and then the
    /// pattern is to be used.
    /// </summary>
    public string? Ascii(string value)
    {
        if (!value.EnumerateRunes().All(rune => SourcesOf(rune) is not "" and var sources && sources.All(char.IsAscii)))
            return null;
        return Function == "upper" ? value.ToUpperInvariant() : value;
    }

    /// <summary>The regular expression for the texts that are folded to one; null where none is.</summary>
    public string? Pattern(string value, TextMatch match)
    {
        var pattern = new StringBuilder(match is TextMatch.Equal or TextMatch.StartsWith ? "^" : "");
        foreach (var rune in value.EnumerateRunes())
        {
            var sources = SourcesOf(rune);
            if (sources.Length == 0)
                return null;
            if (sources.Length == Rune.GetRuneAt(sources, 0).Utf16SequenceLength)
                pattern.Append(rune.IsAscii && !Rune.IsLetterOrDigit(rune) ? @"\" : "").Append(sources);
            else
                pattern.Append('[').Append(sources).Append(']');
        }

        return pattern.Append(match is TextMatch.Equal or TextMatch.EndsWith ? "$" : "").ToString();
    }

    // Which characters are found for one; only where that is not the character alone.
    private string SourcesOf(Rune rune) => _sources.Value.GetValueOrDefault(rune) ?? rune.ToString();

    private static Dictionary<Rune, string> Sources(Func<Rune, Rune> fold)
    {
        var sources = new Dictionary<Rune, string>();
        foreach (var rune in Cased())
        {
            var folded = fold(rune);
            if (folded == rune)
                continue;
            sources[folded] = (sources.GetValueOrDefault(folded) ?? (fold(folded) == folded ? folded.ToString() : "")) + rune;
            sources.TryAdd(rune, "");
        }

        return sources;
    }

    // .NET's own comparison says it, since its table is not the one of upper case: the long s is no S there.
    private static Dictionary<Rune, string> Alternatives()
    {
        var groups = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var rune in Cased())
        {
            var text = rune.ToString();
            groups[text] = groups.TryGetValue(text, out var others) ? others + text : text;
        }

        return groups.Values.Where(group => group.EnumerateRunes().Skip(1).Any())
            .SelectMany(group => group.EnumerateRunes().Select(rune => (rune, group)))
            .ToDictionary(member => member.rune, member => member.group);
    }

    private static IEnumerable<Rune> Cased() =>
        Enumerable.Range(1, LastCased).Where(Rune.IsValid).Select(code => new Rune(code));
}
