using PgEmbed.Onnx.Tokenization;
using PgEmbed.Testing;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class PatternTests
{
    private const string Gpt2 =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData("a|b", "xaby", "a b")]
    [InlineData("ab|a", "aab", "a ab")]
    [InlineData("a+?b", "aaab", "aaab")]
    [InlineData("(?:ab){2,3}", "ababababab", "ababab abab")]
    [InlineData("[^a-c]", "abcd", "d")]
    [InlineData(@"\p{L}", "1\U0001D49C2", "\U0001D49C")]
    [InlineData("a*", "baac", " aa ")]
    [InlineData(@"(?i)k", "kK\u212A", "k K \u212A")]
    public void Matches_come_from_left_to_right(string pattern, string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Matches(Pattern.Parse(pattern), text)));

    [Theory]
    [InlineData("(a", "a group has no end")]
    [InlineData("a)", "a ')' has no '('")]
    [InlineData("[a", "a class has no end")]
    [InlineData("*a", "nothing that the '*' repeats")]
    [InlineData(@"\p{Klingon}", "the property 'Klingon' is not supported")]
    [InlineData(@"(a)\1", @"the escape '\1' is not supported")]
    [InlineData(@"\X", @"the escape '\X' is not supported")]
    [InlineData("(?<name>a)", "the group '(?<' is not supported")]
    [InlineData("(?x)a", "the group '(?x' is not supported")]
    [InlineData("[[:alpha:]]", "[:alpha:]")]
    [InlineData("(?<=a+)b", "no fixed length")]
    [InlineData("(a*)*", "may be empty")]
    [InlineData("(?i)é", "outside ASCII under (?i)")]
    [InlineData("(?i)ss", "'ss' under (?i)")]
    [InlineData(@"(?i)\p{Lu}", "one case only under (?i)")]
    [InlineData("a{99999}", "99999 times")]
    [InlineData("(?:(?:a{1000}){1000}){1000}", "more than 20000 steps")]
    [InlineData("\\", @"ends with a '\'")]
    [InlineData(@"\x{110000}", "given by its number")]
    [InlineData("[z-a]", "the range 'z-a'")]
    public void What_is_not_supported_is_refused_by_name(string pattern, string message) =>
        Assert.Contains(
            message, Assert.Throws<FormatException>(() => Pattern.Parse(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Throws<FormatException>(
        () => Pattern.Parse(new string('(', 10_000) + new string(')', 10_000)));

    [Theory]
    [InlineData("(?:a+)+b")]
    [InlineData("(?:a|a)*b")]
    [InlineData(@"a+(?=b)|a")]
    public void A_pattern_that_would_hang_fails(string pattern)
    {
        var error = Assert.Throws<PgEmbedException>(
            () => Matches(Pattern.Parse(pattern), new string('a', 100_000)).Count);
        Assert.Contains("takes too long", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_scanner_of_GPT_2_s_words_finds_what_the_pattern_finds()
    {
        var pattern = Pattern.Parse(Gpt2);
        using var reader = File.OpenText(Fixture.Path("nasty-strings.jsonl"));
        var texts = JsonTextLines.Read(reader).Select(WellFormed).Where(t => t.Length > 0).ToList();
        Assert.True(texts.Count > 2_000);
        foreach (var text in texts)
            Assert.Equal(Matches(pattern, text), Scan(text));
    }

    [Fact]
    public void A_long_text_is_split_in_time_linear_in_it()
    {
        var pattern = Pattern.Parse(
            @"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+");
        foreach (var unit in (string[])["a", " ", "\n", "1", "=", " a", "\U0001F600", " \n", "中"])
        {
            var text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
            Assert.Equal(text.Length, Matches(pattern, text).Sum(m => m.Length));
        }
    }

    private static List<string> Matches(Pattern pattern, string text)
    {
        var matches = new List<string>();
        using var matcher = new PatternMatcher(pattern, text);
        while (matcher.TryNext(out var start, out var end))
            matches.Add(text[start..end]);
        return matches;
    }

    private static List<string> Scan(string text)
    {
        var words = new List<string>();
        for (int at = 0, length; at < text.Length; at += length)
        {
            length = Gpt2Words.Next(text.AsSpan(at));
            words.Add(text.Substring(at, length));
        }

        return words;
    }

    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes());
}
