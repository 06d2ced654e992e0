using System.Text;
using System.Text.Json.Nodes;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Fuzzing;

/// <summary>
/// Damaged and hostile tokenizer files: each loads or is refused with a message, and one that loads tokenizes or
/// refuses a text.
/// </summary>
public sealed class TokenizerFuzzTests : IDisposable
{
    private static readonly string[] Texts =
    [
        "", "a", "the quick brown fox's 123 <mask> \n é中😀\0", new string('a', 3_000), "\ud800 x \udc00",
        "ﬁne naïve テスト ab\u0301c 漢字 <sep>  a 한국 ｶﾞ",
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Models =>
        [.. Directory.GetFiles(Fixture.Path("SentencePiece"), "*.model", SearchOption.AllDirectories)
            .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!))];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_damaged_tokenizer_json_is_refused_or_works()
    {
        var random = new Random(20240607);
        var seeds = SmallFiles();
        FuzzRun.Check(3000, _ => Try("tokenizer.json", Mutation.OfJson(seeds[random.Next(seeds.Count)], random)));
    }

    [Theory]
    [InlineData("bytebpe")]
    [InlineData("SentencePiece/bpe-bytes-json")]
    [InlineData("SentencePiece/unigram-rules-json")]
    [InlineData("built in")]
    public void A_damaged_trained_tokenizer_json_is_refused_or_works(string name)
    {
        var random = new Random(3);
        var folder = name == "built in" ? BuiltInModel.Folder : Fixture.Path(name);
        var whole = File.ReadAllText(Path.Combine(folder, "tokenizer.json"));
        // Nearly all of such a file is its vocabulary, where any change contradicts the rest.
        FuzzRun.Check(40, _ => Try("tokenizer.json", Mutation.OfJson(whole, random)), allMayBeRefused: true);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_damaged_SentencePiece_model_is_refused_or_works(string name)
    {
        var random = new Random(11);
        var whole = Fixture.Bytes($"SentencePiece/{name}/spiece.model");
        _folder.Write("tokenizer_config.json", "{}");
        FuzzRun.Check(150, _ => Try("spiece.model", Mutation.OfBytes(whole, random)));
    }

    [Fact]
    public void A_damaged_vocabulary_or_configuration_beside_it_is_refused_or_works()
    {
        const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\nb\n##b\nthe\n##é\n中\n😀\n1\n.\n";
        const string Config = """
            {
              "tokenizer_class": "BertTokenizer", "do_lower_case": true, "strip_accents": null, "model_max_length": 64,
              "tokenize_chinese_chars": true, "cls_token": "[CLS]", "pad_token": { "content": "[PAD]", "lstrip": false },
              "truncation_side": "left", "do_basic_tokenize": true, "never_split": null,
              "added_tokens_decoder": { "4": { "content": "[MASK]", "lstrip": true, "special": true } }
            }
            """;
        var random = new Random(7);
        FuzzRun.Check(1000, number =>
        {
            var ofConfig = number % 2 == 0;
            _folder.Write(
                "tokenizer_config.json", ofConfig ? Mutation.OfJson(Config, random) : Encoding.UTF8.GetBytes(Config));
            var vocabulary = Encoding.UTF8.GetBytes(Vocabulary);
            Try("vocab.txt", ofConfig ? vocabulary : Mutation.OfBytes(vocabulary, random));
        });
    }

    private void Try(string file, byte[] content)
    {
        _folder.Write(file, content);
        var tokenizer = Tokenizer.Load(_folder.Path);
        var ids = new int[Math.Min(tokenizer.SpecialTokenCount, 1_000_000) + 10_000];
        foreach (var text in Texts)
        {
            var count = tokenizer.Encode(text, ids, out _);
            Assert.All(ids[..count], id => Assert.InRange(id, 0, tokenizer.LargestId));
        }
    }

    /// <summary>The small files of the reference, every kind of part among them.</summary>
    private static List<string> SmallFiles()
    {
        var reference = JsonNode.Parse(Fixture.Bytes("reference.json"))!;
        var small = reference["variants"]!.AsArray().First(v => v!["name"]!.GetValue<string>() == "BpeUnknown")!;
        var seeds = new List<string>();
        foreach (var variant in reference["variants"]!.AsArray())
        {
            if (variant!["file"] is not { } file)
                continue;
            var seed = file.DeepClone();
            if (seed["model"] is JsonValue)
            {
                seed["model"] = small["file"]!["model"]!.DeepClone();
                // The ids of added tokens follow the vocabulary's size.
                var next = seed["model"]!["vocab"]!.AsObject().Count;
                foreach (var token in seed["added_tokens"]!.AsArray())
                    token!["id"] = next++;
            }

            seeds.Add(seed.ToJsonString());
        }

        return seeds;
    }
}
