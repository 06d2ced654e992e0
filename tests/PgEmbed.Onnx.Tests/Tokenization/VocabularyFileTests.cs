using System.Text.Json.Nodes;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public sealed class VocabularyFileTests : IDisposable
{
    private const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nA\n##b\n中\ne\né\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_gives_the_ids_of_the_same_model_s_tokenizer_file()
    {
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(BuiltInModel.Folder, "tokenizer.json")))!;
        var tokens = file["model"]!["vocab"]!.AsObject().OrderBy(t => t.Value!.GetValue<int>()).Select(t => t.Key);
        var own = Load(string.Join('\n', tokens) + '\n', "{}");
        var other = Tokenizer.Load(BuiltInModel.Folder);
        string[] texts = ["Real-time strategy game", "[MASK] naïve 中文 [CLS]", "", "xyzzy\u00adplugh\ud800!"];
        foreach (var text in texts)
            Assert.Equal(other.Ids(text), own.Ids(text));
        Assert.Equal(other.LargestId, own.LargestId);
        Assert.Equal(0, own.PadId);
    }

    [Theory]
    [InlineData("{}", "Aé中b", new[] { 2, 1, 8, 1, 3 })]
    [InlineData("{}", "A é 中", new[] { 2, 5, 9, 8, 3 })]
    [InlineData("""{ "do_lower_case": false }""", "A é 中 ab", new[] { 2, 6, 10, 8, 5, 7, 3 })]
    [InlineData("""{ "strip_accents": false }""", "A é", new[] { 2, 5, 10, 3 })]
    [InlineData("""{ "tokenize_chinese_chars": false }""", "中中", new[] { 2, 1, 3 })]
    [InlineData("""{ "cls_token": "a", "sep_token": { "content": "e", "lstrip": false } }""", "A", new[] { 5, 6, 9 })]
    public void The_tokenizer_s_settings_are_kept(string config, string text, int[] expected)
    {
        // The last case names letters as special tokens: 'A' lower-cased would be one, so it must not be found in text.
        if (config.Contains("cls_token", StringComparison.Ordinal))
            config = config.Replace("{ \"cls", "{ \"do_lower_case\": false, \"cls", StringComparison.Ordinal);
        Assert.Equal(expected, Load(Vocabulary, config).Ids(text));
    }

    [Fact]
    public void Line_ends_of_Windows_and_a_missing_last_one_change_nothing()
    {
        var expected = Load(Vocabulary, "{}").Ids("ab 中");
        Assert.Equal(expected, Load(Vocabulary.Replace("\n", "\r\n", StringComparison.Ordinal), "{}").Ids("ab 中"));
        Assert.Equal(expected, Load(Vocabulary.TrimEnd('\n'), "{}").Ids("ab 中"));
    }

    [Fact]
    public void Without_a_configuration_it_is_BERT_s() => Assert.Equal([2, 5, 7, 3], Load(Vocabulary, null).Ids("Ab"));

    [Theory]
    [InlineData("""{ "tokenizer_class": "XLMRobertaTokenizer" }""", "'XLMRobertaTokenizer' is not supported")]
    [InlineData("""{ "cls_token": "<s>" }""", "the cls_token '<s>' is not in it")]
    [InlineData("""{ "do_basic_tokenize": false }""", "'do_basic_tokenize' false")]
    [InlineData("""{ "never_split": ["x"] }""", "'never_split'")]
    [InlineData("""{ "truncation_side": "up" }""", "truncation at the side 'up'")]
    [InlineData("""{ "added_tokens_decoder": { "3": { "content": "[CLS]" } } }""", "'[CLS]' in line 4")]
    [InlineData("""{ "added_tokens_decoder": { "x": { "content": "[CLS]" } } }""", "by their ids, got 'x'")]
    [InlineData("""{ "do_lower_case": 1 }""", "expected 'do_lower_case' to be true or false, got 1")]
    public void What_is_not_supported_is_refused_by_name(string config, string message)
    {
        var error = Assert.Throws<PgEmbedException>(() => Load(Vocabulary, config));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Added_tokens_in_a_file_of_their_own_are_refused()
    {
        _folder.Write("added_tokens.json", "{}");
        var error = Assert.Throws<PgEmbedException>(() => Load(Vocabulary, "{}"));
        Assert.Contains("added_tokens.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        _folder.Write("vocab.txt", [.. "[PAD]\n"u8, 0xFF, 0xFE, (byte)'\n']);
        Assert.Throws<PgEmbedException>(() => Tokenizer.Load(_folder.Path));
    }

    private Tokenizer Load(string vocabulary, string? config)
    {
        _folder.Write("vocab.txt", vocabulary);
        if (config is not null)
            _folder.Write("tokenizer_config.json", config);
        return Tokenizer.Load(_folder.Path);
    }
}
