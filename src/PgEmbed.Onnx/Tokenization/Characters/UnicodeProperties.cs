using System.Diagnostics.CodeAnalysis;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Unicode properties by the names that patterns give them: general categories and scripts.</summary>
internal static class UnicodeProperties
{
    private static readonly Dictionary<string, string> Categories = new()
    {
        ["letter"] = "L", ["uppercaseletter"] = "Lu", ["lowercaseletter"] = "Ll", ["titlecaseletter"] = "Lt",
        ["modifierletter"] = "Lm", ["otherletter"] = "Lo", ["mark"] = "M", ["nonspacingmark"] = "Mn",
        ["spacingmark"] = "Mc", ["enclosingmark"] = "Me", ["number"] = "N", ["decimalnumber"] = "Nd",
        ["letternumber"] = "Nl", ["othernumber"] = "No", ["punctuation"] = "P", ["connectorpunctuation"] = "Pc",
        ["dashpunctuation"] = "Pd", ["openpunctuation"] = "Ps", ["closepunctuation"] = "Pe",
        ["initialpunctuation"] = "Pi", ["finalpunctuation"] = "Pf", ["otherpunctuation"] = "Po", ["symbol"] = "S",
        ["mathsymbol"] = "Sm", ["currencysymbol"] = "Sc", ["modifiersymbol"] = "Sk", ["othersymbol"] = "So",
        ["separator"] = "Z", ["spaceseparator"] = "Zs", ["lineseparator"] = "Zl", ["paragraphseparator"] = "Zp",
        ["other"] = "C", ["control"] = "Cc", ["format"] = "Cf", ["privateuse"] = "Co", ["unassigned"] = "Cn",
    };

    /// <summary>Names in lower case, by the sections of the data that are properties.</summary>
    private static readonly Lazy<Dictionary<string, string>> LazyNames = new(() => UnicodeCharacters.Data.Names("")
        .TakeWhile(name => name != "Numeric")
        .Concat(["L", "M", "N", "P", "S", "Z", "C", "Cn"])
        .ToDictionary(Simplify));

    /// <summary>The property of a name, in which case, spaces, <c>_</c> and <c>-</c> don't count.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out CodePointSet? set)
    {
        var simple = Simplify(name);
        if (!Categories.TryGetValue(simple, out var section) && !LazyNames.Value.TryGetValue(simple, out section))
        {
            set = null;
            return false;
        }

        set = section switch
        {
            "C" => Except("L", "M", "N", "P", "S", "Z"),
            "Cn" => Except("L", "M", "N", "P", "S", "Z", "Cc", "Cf", "Co"),
            _ => UnicodeCharacters.Set(section),
        };
        return true;
    }

    private static CodePointSet Except(params IEnumerable<string> sections) =>
        CodePointSet.Union(sections.Select(UnicodeCharacters.Set)).Complement();

    private static string Simplify(string name) =>
        string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();
}
