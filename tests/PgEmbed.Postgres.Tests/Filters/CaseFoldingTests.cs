using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PgEmbed.Postgres.Filters;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>The characters that a case folding takes for one are those that .NET's strings do: for every character.</summary>
public sealed class CaseFoldingTests
{
    private static readonly Rune[] Runes =
        [.. Enumerable.Range(1, 0x10FFFF).Where(Rune.IsValid).Select(code => new Rune(code))];

    public static TheoryData<string> Cultures => new("", "tr-TR");

    [Theory]
    [MemberData(nameof(Cultures))]
    public void A_text_is_found_by_just_the_characters_that_are_mapped_to_its_own(string name)
    {
        var culture = CultureInfo.GetCultureInfo(name);
        foreach (var upper in (bool[])[true, false])
        {
            var folding = CaseFolding.Of(culture, upper);
            var groups = Runes
                .GroupBy(r => upper ? r.ToString().ToUpper(culture) : r.ToString().ToLower(culture));
            foreach (var group in groups)
                MustMatch(folding, group.Key, group);
        }
    }

    [Fact]
    public void Case_is_ignored_as_OrdinalIgnoreCase_does()
    {
        var groups = Runes.GroupBy(r => r.ToString(), StringComparer.OrdinalIgnoreCase);
        foreach (var group in groups)
            MustMatch(CaseFolding.OrdinalIgnoreCase, group.Key, group);
    }

    private static void MustMatch(CaseFolding folding, string folded, IEnumerable<Rune> sources)
    {
        // Of the million that are alone, some are enough.
        var runes = sources.ToList();
        if (runes.Count == 1 && runes[0].ToString() == folded && runes[0].Value > 0x500 && runes[0].Value % 100 != 0)
            return;
        var expected = string.Concat(runes.Order());
        var pattern = folding.Pattern(folded, TextMatch.Equal)!;
        // Of the pattern, the characters within: a class, or one, escaped where it could mean something.
        var characters = pattern[1..^1].Trim('[', ']');
        characters = characters.Length > 1 && characters[0] == '\\' ? characters[1..] : characters;
        if (folded is "[" or "]")
            characters = folded;
        Assert.Equal(expected, string.Concat(characters.EnumerateRunes().Order()));
        if (folding.Ascii(folded) is not null)
            Assert.All(expected, character => Assert.True(char.IsAscii(character)));
    }
}
