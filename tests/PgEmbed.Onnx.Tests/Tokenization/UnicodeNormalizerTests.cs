using PgEmbed.Onnx.Tokenization;
using PgEmbed.Testing;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class UnicodeNormalizerTests
{
    private static readonly UnicodeNormalizer Nfc = new(compose: true, compatible: false);
    private static readonly UnicodeNormalizer Nfd = new(compose: false, compatible: false);
    private static readonly UnicodeNormalizer Nfkc = new(compose: true, compatible: true);
    private static readonly UnicodeNormalizer Nfkd = new(compose: false, compatible: true);

    [Theory]
    [InlineData("e\u0323\u0302", "\u1EC7", "e\u0323\u0302")]
    [InlineData("e\u0302\u0323", "\u1EC7", "e\u0323\u0302")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB")]
    [InlineData("\u212B", "\u00C5", "A\u030A")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301")]
    [InlineData("a\u0345\u0301", "\u00E1\u0345", "a\u0301\u0345")]
    [InlineData("\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    public void Marks_are_ordered_and_composed(string text, string composed, string decomposed)
    {
        Assert.Equal(composed, Apply(Nfc, text));
        Assert.Equal(decomposed, Apply(Nfd, text));
    }

    [Theory]
    [InlineData("\uFB01\u00BD\uFF21\u3392", "fi1\u20442AMHz")]
    [InlineData("\uFF76\uFF9E", "\u30AC")]
    public void Compatibility_characters_are_replaced(string text, string expected) =>
        Assert.Equal(expected, Apply(Nfkc, text));

    [Fact]
    public void The_forms_agree_with_one_another()
    {
        using var reader = File.OpenText(Fixture.Path("nasty-strings.jsonl"));
        foreach (var line in JsonTextLines.Read(reader))
        {
            var text = string.Concat(line.EnumerateRunes());
            Assert.Equal(Apply(Nfc, text), Apply(Nfc, Apply(Nfd, text)));
            Assert.Equal(Apply(Nfd, text), Apply(Nfd, Apply(Nfc, text)));
            Assert.Equal(Apply(Nfkc, text), Apply(Nfkc, Apply(Nfkd, text)));
            Assert.Equal(Apply(Nfkd, text), Apply(Nfkd, Apply(Nfc, text)));
        }
    }

    [Fact]
    public void A_million_marks_in_the_wrong_order_take_no_quadratic_time()
    {
        var text = string.Concat(Enumerable.Repeat("\u0301\u0323", 500_000));
        Assert.Equal(
            new string('\u0323', 500_000) + new string('\u0301', 500_000), Apply(Nfc, text));
    }

    private static string Apply(UnicodeNormalizer normalizer, string text)
    {
        using var output = new CharBuffer(0);
        normalizer.Normalize(text, output);
        return output.Written.ToString();
    }
}
