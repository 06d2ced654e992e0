using System.Text.Json.Nodes;
using PgEmbed.Onnx.Tokenization;
using PgEmbed.Testing;

namespace PgEmbed.Onnx.Tests.Tokenization;

/// <summary>Our ids against SentencePiece's own, on texts that tokenizers get wrong.</summary>
public class SentencePieceParityTests
{
    [Theory]
    [InlineData("unigram")]
    [InlineData("unigram-rules")]
    [InlineData("unigram-bytes")]
    [InlineData("unigram-suffix")]
    [InlineData("bpe")]
    [InlineData("bpe-bytes")]
    public void A_model_file_gives_the_ids_of_SentencePiece(string name) =>
        AssertSame(Load(name), Texts.Zip(Expected(name)));

    /// <summary>Special tokens that stand in a text are taken out of it before, so those texts are left out.</summary>
    [Theory]
    [InlineData("unigram-rules")]
    [InlineData("bpe-bytes")]
    public void The_model_written_as_tokenizer_json_gives_the_same_ids(string name)
    {
        string[] special = ["<unk>", "<s>", "</s>"];
        var texts = Texts.Zip(Expected(name))
            .Where(t => !special.Any(s => t.First.Contains(s, StringComparison.Ordinal))).ToList();
        Assert.True(texts.Count > 2500);
        AssertSame(Load($"{name}-json"), texts);
    }

    [Fact]
    public void XLM_R_has_its_own_ids_for_the_same_pieces()
    {
        using var folder = new TemporaryFolder();
        folder.Write("sentencepiece.bpe.model", Fixture.Bytes("SentencePiece/unigram/spiece.model"));
        folder.Write("tokenizer_config.json", """{"tokenizer_class": "XLMRobertaTokenizer"}""");
        var plain = Load("unigram");
        var tokenizer = Tokenizer.Load(folder.Path);

        int[] Shifted(string text) => [.. plain.Ids(text).Select(id => id == 0 ? 3 : id + 1)];
        Assert.Equal([0, .. Shifted("A small 漢 library"), 2], tokenizer.Ids("A small 漢 library"));
        Assert.Equal(
            [0, .. Shifted("one"), 901, .. Shifted("two"), 1, 3, 2, 0, 2], tokenizer.Ids("one <mask>two<pad><unk></s><s>"));
        Assert.Equal(1, tokenizer.PadId);
        Assert.Equal(901, tokenizer.LargestId);
    }

    private static IReadOnlyList<string> Texts { get; } = ReadTexts();

    private static Tokenizer Load(string name) => Tokenizer.Load(Fixture.Path($"SentencePiece/{name}"));

    private static IEnumerable<int[]> Expected(string name)
    {
        var file = JsonNode.Parse(Fixture.Bytes($"SentencePiece/{name}/expected.json"))!;
        return file["ids"]!.AsArray().Select(ids => ids!.AsArray().Select(id => id!.GetValue<int>()).ToArray());
    }

    private static List<string> ReadTexts()
    {
        using var reader = File.OpenText(Fixture.Path("nasty-strings.jsonl"));
        return [.. JsonTextLines.Read(reader)];
    }

    private static void AssertSame(Tokenizer tokenizer, IEnumerable<(string Text, int[] Ids)> cases)
    {
        var count = 0;
        var ids = new int[100_000];
        foreach (var (text, expected) in cases)
        {
            count++;
            var got = ids[..tokenizer.Encode(text, ids, out _)];
            Assert.True(
                got.SequenceEqual(expected),
                $"Text {count}, {text.Length} characters, {string.Concat(text.Take(99))}: expected "
                + $"{string.Join(' ', expected.Take(99))}, got {string.Join(' ', got.Take(99))}");
        }

        Assert.True(count > 2000);
    }
}
