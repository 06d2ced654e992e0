using System.Security.Cryptography;
using System.Text;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class PythonLowercaseTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("ABC def", "abc def")]
    [InlineData("Größe ÄÖÜ ẞ", "größe äöü ß")]
    [InlineData("İI", "i\u0307i")]
    [InlineData("ΟΔΥΣΣΕΥΣ", "οδυσσευς")]
    [InlineData("Σ", "σ")]
    [InlineData("ΑΣ. Σ", "ας. σ")]
    [InlineData("ΑΣ'Α ΑΣ'", "ασ'α ας'")]
    [InlineData("𐐀Σ Σ𐐀 𐐀'Σ😀", "𐐨ς σ𐐨 𐐨'ς😀")]
    public void It_is_Python_s(string text, string expected) => Assert.Equal(expected, PythonLowercase.Apply(text));

    [Fact]
    public void An_unpaired_surrogate_is_the_replacement_character() =>
        Assert.Equal("a\ufffdσ", PythonLowercase.Apply("A\ud800Σ"));

    [Fact]
    public void Around_every_character_of_many_scripts_it_is_Python_s()
    {
        // Of Python 3.11, as UTF-8: (c + 'A' + c + 'Σ' + c).lower() and a line feed for each c up to U+07FF.
        const string expected = "a6862e3b5a107b35b2d4920d06f003fdd67879872a9e402d6d473b5b25e1939b";
        var lines = Enumerable.Range(1, 0x7FF)
            .Select(code => (char)code)
            .Select(c => PythonLowercase.Apply($"{c}A{c}Σ{c}") + "\n");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines)));
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }
}
