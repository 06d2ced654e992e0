using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

/// <summary>Our ids against those of Hugging Face's own library, kept in Reference/parity.json.</summary>
public class TokenizerParityTests
{
    private static readonly JsonNode Reference = ReadReference();

    public static TheoryData<string> Variants =>
        [.. Reference["variants"]!.AsArray().Select(v => v!["name"]!.GetValue<string>())];

    [Fact]
    public void The_built_in_tokenizer_gives_the_reference_ids()
    {
        var cases = Reference["builtIn"]!.AsArray();
        Assert.True(cases.Count > 400);
        AssertIds(Tokenizer.Load(BuiltInModel.Folder), cases);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_setting_gives_the_reference_ids(string name)
    {
        var variant = Reference["variants"]!.AsArray().Single(v => v!["name"]!.GetValue<string>() == name)!;
        var file = variant["file"]!.DeepClone();
        file["model"]!["vocab"] = Reference["vocab"]!.DeepClone();
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", file.ToJsonString());
        AssertIds(Tokenizer.Load(folder.Path), variant["cases"]!.AsArray());
    }

    [Fact]
    public void Every_code_point_is_normalized_and_split_as_by_the_reference()
    {
        foreach (var settings in Reference["everyCodePoint"]!.AsArray())
        {
            bool Flag(string name) => settings![name]!.GetValue<bool>();
            var normalizer = new BertNormalizer(
                Flag("cleanText"), Flag("handleChineseChars"), Flag("stripAccents"), Flag("lowercase"));
            Assert.Equal(settings!["sha256"]!.GetValue<string>(), HashOfEveryCodePoint(normalizer));
        }
    }

    private static string HashOfEveryCodePoint(BertNormalizer normalizer)
    {
        var splitter = new BertPreTokenizer();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = new StringBuilder();
        for (var code = 0; code <= 0x10FFFF; code++)
        {
            if (!Rune.IsValid(code))
                continue;
            using var normalized = new CharBuffer(0);
            normalizer.Normalize($"a{new Rune(code)}b", normalized);
            lines.Append(normalized.Written).Append('\n');
            foreach (var word in WordCollector.Words(splitter, normalized.Written))
                lines.Append(word).Append('\n');
            if (lines.Length < 100_000 && code != 0x10FFFF)
                continue;
            hash.AppendData(Encoding.UTF8.GetBytes(lines.ToString()));
            lines.Clear();
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AssertIds(Tokenizer tokenizer, JsonArray cases)
    {
        foreach (var one in cases)
        {
            var text = one!["text"]?.GetValue<string>()
                ?? new string([.. one["units"]!.AsArray().Select(u => (char)u!.GetValue<int>())]);
            var expected = one["ids"]!.AsArray().Select(id => id!.GetValue<int>()).ToArray();
            Assert.True(
                tokenizer.Ids(text).SequenceEqual(expected),
                $"{JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, "
                + $"got {string.Join(' ', tokenizer.Ids(text))}");
        }
    }

    private static JsonNode ReadReference()
    {
        using var stream = typeof(TokenizerParityTests).Assembly.GetManifestResourceStream("parity.json")!;
        return JsonNode.Parse(stream)!;
    }
}
