using System.Text.Json.Nodes;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Models;

public sealed class FingerprintTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly string _before;

    public FingerprintTests() => _before = Fingerprint();

    public static TheoryData<string, string, string> Settings => new()
    {
        { "1_Pooling/config.json", "pooling_mode", "\"cls\"" },
        { "1_Pooling/config.json", "include_prompt", "false" },
        { "sentence_bert_config.json", "max_seq_length", "15" },
        { "sentence_bert_config.json", "do_lower_case", "true" },
        { "config_sentence_transformers.json", "prompts", """{ "query": "q: " }""" },
        { "config_sentence_transformers.json", "prompts", """{ "document": "q: " }""" },
        { "tokenizer.json", "normalizer/lowercase", "false" },
        { "tokenizer.json", "normalizer/strip_accents", "false" },
        { "tokenizer.json", "pre_tokenizer", "null" },
        { "tokenizer.json", "post_processor/sep", """["[SEP]", 4]""" },
        { "tokenizer.json", "model/vocab/a", "55" },
        { "tokenizer.json", "model/max_input_chars_per_word", "99" },
        { "tokenizer.json", "added_tokens/0/single_word", "true" },
    };

    public static TheoryData<string, string, string> Trifles => new()
    {
        { "tokenizer.json", "version", "\"1.1\"" },
        { "tokenizer.json", "decoder", "{}" },
        { "tokenizer.json", "truncation", """{ "direction": "Right", "max_length": 3 }""" },
        { "tokenizer.json", "padding", """{ "pad_id": 0 }""" },
        { "config.json", "architectures", "[]" },
        { "config_sentence_transformers.json", "similarity_fn_name", "\"dot\"" },
        { "config_sentence_transformers.json", "__version__", "{}" },
    };

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_same_files_elsewhere_have_the_same_fingerprint()
    {
        using var other = new TinyModel();
        Assert.Equal(_before, ModelFolder.Open(other.Path).Fingerprint);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_that_shapes_the_vectors_changes_it(string file, string place, string value)
    {
        _model.Set(file, place, JsonNode.Parse(value));
        Assert.NotEqual(_before, Fingerprint());
    }

    [Theory]
    [MemberData(nameof(Trifles))]
    public void A_setting_that_does_not_shape_them_keeps_it(string file, string place, string value)
    {
        _model.Set(file, place, JsonNode.Parse(value));
        Assert.Equal(_before, Fingerprint());
    }

    [Fact]
    public void Normalization_changes_it()
    {
        var modules = JsonNode.Parse(File.ReadAllText(Path.Combine(_model.Path, "modules.json")))!.AsArray();
        modules.RemoveAt(2);
        _model.Write("modules.json", modules.ToJsonString());
        Assert.NotEqual(_before, Fingerprint());
    }

    [Fact]
    public void Weights_change_it()
    {
        _model.Table[9] += 1;
        _model.Write("model.onnx", _model.Lookup());
        Assert.NotEqual(_before, Fingerprint());
    }

    [Fact]
    public void Weights_in_a_file_of_their_own_change_it()
    {
        _model.Write("model.onnx", ExternalData("model.onnx_data"));
        _model.Write("model.onnx_data", [1, 2, 3]);
        var before = Fingerprint();
        Assert.NotEqual(_before, before);
        _model.Write("model.onnx_data", [1, 2, 4]);
        Assert.NotEqual(before, Fingerprint());
    }

    [Theory]
    [InlineData("gone.bin", "there is no file")]
    [InlineData("../other/weights.bin", "leads out of the model folder")]
    [InlineData("/weights.bin", "leads out of the model folder")]
    public void Weights_in_a_file_that_is_not_in_the_folder_are_refused(string location, string message)
    {
        _model.Write("model.onnx", ExternalData(location));
        var error = Assert.Throws<PgEmbedException>(Fingerprint);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_smaller_limit_that_is_asked_for_changes_it() => Assert.NotEqual(
        _before, ModelFolder.Open(_model.Path, new ModelFolderOptions { MaxTokens = 8 }).Fingerprint);

    [Fact]
    public void Names_do_not_change_it() => Assert.Equal(
        _before, ModelFolder.Open(_model.Path, new ModelFolderOptions { Name = "x", Version = "1" }).Fingerprint);

    [Fact]
    public void Other_files_file_times_and_layout_do_not_change_it()
    {
        _model.Write("README.md", "read me");
        _model.Write("onnx/other.onnx", [1]);
        foreach (var file in Directory.GetFiles(_model.Path))
            File.SetLastWriteTimeUtc(file, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var tokenizer = JsonNode.Parse(File.ReadAllText(Path.Combine(_model.Path, "tokenizer.json")))!;
        _model.Write("tokenizer.json", tokenizer.ToJsonString(new() { WriteIndented = true }));
        Assert.Equal(_before, Fingerprint());
        // Where the same file lies is nothing to the vectors either.
        _model.Write("onnx/model.onnx", _model.Lookup());
        _model.Delete("model.onnx");
        Assert.Equal(_before, Fingerprint());
    }

    private string Fingerprint() => ModelFolder.Open(_model.Path).Fingerprint;

    private byte[] ExternalData(string location) => _model.Encoder(
        [TinyOnnx.Node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        table:
        [
            .. TinyOnnx.Field(1, 56), .. TinyOnnx.Field(1, TinyModel.Dimensions), .. TinyOnnx.Field(2, 1),
            .. TinyOnnx.Field(8, "table"),
            .. TinyOnnx.Field(13, [.. TinyOnnx.Field(1, "location"), .. TinyOnnx.Field(2, location)]),
            .. TinyOnnx.Field(13, [.. TinyOnnx.Field(1, "offset"), .. TinyOnnx.Field(2, "0")]),
            .. TinyOnnx.Field(14, 1),
        ]);
}
