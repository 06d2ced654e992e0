using System.Text;
using System.Text.Json.Nodes;
using PgEmbed.Onnx.Hub;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Onnx.Tests.Modules;

namespace PgEmbed.Onnx.Tests.Fuzzing;

/// <summary>Model folders with one damaged file: each opens and runs, or is refused with a message.</summary>
public sealed class ModelFolderFuzzTests : IDisposable
{
    private readonly TinyModel _model = new();

    public ModelFolderFuzzTests()
    {
        var modules = JsonNode.Parse(File.ReadAllText(Path.Combine(_model.Path, "modules.json")))!.AsArray();
        modules.Insert(2, JsonNode.Parse("""
            { "idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense" }
            """));
        _model.Write("modules.json", modules.ToJsonString());
        _model.Write("2_Dense/config.json", """
            {
              "in_features": 4, "out_features": 3, "bias": true,
              "activation_function": "torch.nn.modules.activation.Tanh"
            }
            """);
        _model.Write("2_Dense/model.safetensors", SafetensorsBytes.Of(
            ("linear.weight", [3, 4], [1, 0, 0, 1, 0, 1, 0, 0, 0.5f, 0, 1, -1]), ("linear.bias", [3], [0.1f, 0, 0])));
        _model.Write("config_sentence_transformers.json", """
            {
              "prompts": { "query": "q ", "document": "d " }, "default_prompt_name": "query",
              "similarity_fn_name": "cosine"
            }
            """);
        _model.Write("tokenizer_config.json", """
            { "pad_token": "[PAD]", "model_max_length": 512, "truncation_side": "right" }
            """);
    }

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("config.json")]
    [InlineData("modules.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("2_Dense/config.json")]
    [InlineData("sentence_bert_config.json")]
    [InlineData("config_sentence_transformers.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("tokenizer.json")]
    public void A_damaged_setting_is_refused_or_the_model_runs(string file)
    {
        var random = new Random(21);
        var whole = File.ReadAllText(Path.Combine(_model.Path, file));
        FuzzRun.Check(200, _ => Try(file, Mutation.OfJson(whole, random)));
    }

    [Fact]
    public void Damaged_weights_of_a_Dense_module_are_refused_or_the_model_runs()
    {
        var random = new Random(22);
        var whole = File.ReadAllBytes(Path.Combine(_model.Path, "2_Dense/model.safetensors"));
        FuzzRun.Check(400, _ => Try("2_Dense/model.safetensors", Mutation.OfBytes(whole, random)));
    }

    /// <summary>Only looked into, not run: what ONNX Runtime does with a damaged file is not ours.</summary>
    [Fact]
    public void A_damaged_ONNX_file_is_refused_or_read()
    {
        var random = new Random(23);
        var whole = File.ReadAllBytes(Path.Combine(_model.Path, "model.onnx"));
        FuzzRun.Check(2000, _ =>
        {
            _model.Write("model.onnx", Mutation.OfBytes(whole, random));
            ModelFolder.Open(_model.Path);
        });
    }

    [Fact]
    public void What_a_damaged_file_says_of_a_model_s_source_is_refused_or_checked()
    {
        const string Source = """
            {
              "kind": "hub", "origin": "https://hub.example/", "model": "org/name", "revision": "main",
              "commit": "0123456789abcdef0123456789abcdef01234567", "model_file": "model.onnx",
              "added_at": "2025-01-01T00:00:00+00:00",
              "files": [ { "path": "config.json", "bytes": 79, "sha256": "00" }, { "path": "1_Pooling/config.json",
                "bytes": 1, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" } ]
            }
            """;
        var random = new Random(24);
        FuzzRun.Check(500, _ =>
        {
            _model.Write(ModelSource.FileName, Mutation.OfJson(Source, random));
            var source = ModelSource.Read(_model.Path)!;
            Assert.NotEmpty($"{source}");
            Assert.False(source.CheckFilesAsync(_model.Path).GetAwaiter().GetResult().Passed && source.Files.Count > 0);
        });
    }

    [Fact]
    public void A_damaged_list_of_a_hub_is_refused_or_read()
    {
        const string List = """
            {
              "sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [
                { "rfilename": "config.json", "size": 79, "blobId": "0123456789abcdef0123456789abcdef01234567" },
                { "rfilename": "onnx/model.onnx", "size": 9, "lfs": { "size": 9, "sha256":
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" } } ]
            }
            """;
        var random = new Random(25);
        FuzzRun.Check(2000, _ =>
        {
            var listing = HubListing.Parse(Mutation.OfJson(List, random), HubModelId.Parse("org/name"));
            Assert.All(listing.Files.Keys, path => Assert.True(HubPath.IsSafe(path)));
        });
    }

    private void Try(string file, byte[] content)
    {
        _model.Write(file, content);
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        string[] texts = ["", "a", "ab c \ud800", new string('z', 100)];
        var vectors = embedder.EmbedAsync(texts, TextRole.Query).GetAwaiter().GetResult().Vectors;
        Assert.Equal((texts.Length, embedder.Space.Dimensions), (vectors.Count, vectors.Dimensions));
        Assert.False(vectors.Values.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue));
    }
}
