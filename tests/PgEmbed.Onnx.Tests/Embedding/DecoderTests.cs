using System.Text.Json.Nodes;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;
using PgEmbed.Onnx.Tests.Hub;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>
/// A small decoder in a folder laid out as such models are on the hub: byte-level BPE with an end token, padding named
/// on the left, the last token's vector, an instruction before queries, positions as input and a cache of the tokens
/// before. A token's vector is the sum of the rows of all tokens up to it, and its position's row.
/// </summary>
public sealed class DecoderTests : IDisposable
{
    private const string Instruction = "Instruct: find\nQuery:";
    private const int End = 1;

    private readonly TinyModel _model = new();
    private readonly string[] _tokens =
        ["<|pad|>", "<|end|>", "Ċ", "Ġ", ":", .. Enumerable.Range('a', 26).Select(c => $"{(char)c}"), "I", "Q", "ab", "Ġab"];

    public DecoderTests()
    {
        _model.Write("config.json", $$"""
            { "model_type": "qwen3", "vocab_size": 56, "max_position_embeddings": 64, "use_cache": true }
            """);
        _model.Delete("sentence_bert_config.json");
        _model.Write("1_Pooling/config.json", """
            { "word_embedding_dimension": 4, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": false,
              "pooling_mode_lasttoken": true, "include_prompt": true }
            """);
        _model.Write("config_sentence_transformers.json", new JsonObject
        {
            ["prompts"] = new JsonObject { ["query"] = Instruction, ["document"] = "" },
            ["default_prompt_name"] = null,
            ["similarity_fn_name"] = "cosine",
        }.ToJsonString());
        _model.Write("tokenizer_config.json", """
            { "padding_side": "left", "pad_token": "<|pad|>", "eos_token": "<|end|>", "model_max_length": 60 }
            """);
        _model.Write("tokenizer.json", Tokenizer().ToJsonString());
        Write(OnnxElementType.Float);
    }

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(OnnxElementType.Undefined)]
    [InlineData(OnnxElementType.Float)]
    [InlineData(OnnxElementType.Float16)]
    public async Task The_last_token_s_vector_is_the_same_alone_and_in_any_batch(OnnxElementType cache)
    {
        Write(cache);
        string[] texts = ["ab", "a b c d e f g", "", "xy ab\nz", new('q', 100)];
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        var together = await embedder.EmbedAsync(texts, TextRole.Document);
        Assert.Equal([4], together.TruncatedTexts);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = await embedder.EmbedAsync([texts[i]], TextRole.Document);
            AssertNear(alone.Vectors[0], together.Vectors[i]);
        }

        AssertNear(Expected("ab"), together.Vectors[0]);
        AssertNear(Expected([.. "abcdefg".SelectMany(c => new[] { "Ġ", $"{c}" }).Skip(1)]), together.Vectors[1]);
        AssertNear(Expected(), together.Vectors[2]);
        AssertNear(Expected("x", "y", "Ġab", "Ċ", "z"), together.Vectors[3]);
        // The end token stays when a text is cut.
        AssertNear(Expected([.. Enumerable.Repeat("q", 59)]), together.Vectors[4]);
    }

    [Fact]
    public async Task A_query_stands_behind_its_instruction()
    {
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        string[] instruction = [.. "Instruct: find\nQuery:".Select(c => c switch { ' ' => "Ġ", '\n' => "Ċ", _ => $"{c}" })];
        var vectors = (await embedder.EmbedAsync(["ab"], TextRole.Query)).Vectors;
        AssertNear(Expected([.. instruction, "ab"]), vectors[0]);
    }

    [Fact]
    public async Task Its_folder_can_be_added_to_the_library()
    {
        using var folder = new LibraryFolder();
        using var embedder = OnnxTextEmbedder.Load(await folder.Library.AddAsync(_model.Path, "decoder"));
        Assert.Equal((60, PoolingMode.LastToken), (embedder.Model.MaxTokens, embedder.Model.Pooling));
        AssertNear(Expected("ab"), (await embedder.EmbedAsync(["ab"], TextRole.Document)).Vectors[0]);
    }

    [Theory]
    [InlineData(OnnxElementType.Int64, "batch", 1, "past", 4)]
    [InlineData(OnnxElementType.Float, "batch", "heads", "past", 4)]
    [InlineData(OnnxElementType.Float, "batch", 1, 8, 4)]
    [InlineData(OnnxElementType.Float, "batch", "past", 4)]
    public void A_cache_that_can_t_be_left_empty_is_refused_by_name(OnnxElementType type, params object[] shape)
    {
        _model.Write("model.onnx", _model.Encoder(
            [TinyOnnx.Node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
            inputs:
            [
                TinyModel.Input("input_ids"), TinyModel.Input("attention_mask"),
                TinyOnnx.Value("past_key_values.0.key", type, shape),
            ]));
        var error = Assert.Throws<PgEmbedException>(() => OnnxTextEmbedder.Load(_model.Path));
        Assert.Contains($"got past_key_values.0.key: {type}", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The vector of a text of some tokens and the end token, computed one by one.</summary>
    private float[] Expected(params string[] tokens)
    {
        int[] ids = [.. tokens.Select(token => Array.IndexOf(_tokens, token)), End];
        var vector = new float[TinyModel.Dimensions];
        foreach (var id in ids)
        {
            for (var d = 0; d < vector.Length; d++)
                vector[d] += _model.Table[(id * vector.Length) + d];
        }

        vector[0] += ids.Length - 1;
        var length = MathF.Sqrt(vector.Sum(x => x * x));
        return [.. vector.Select(x => x / length)];
    }

    /// <summary>Writes the ONNX file; without a cache where its type is undefined.</summary>
    private void Write(OnnxElementType cache)
    {
        var positions = new float[64 * TinyModel.Dimensions];
        for (var i = 0; i < 64; i++)
            positions[i * TinyModel.Dimensions] = i;
        var hasCache = cache != OnnxElementType.Undefined;
        byte[][] inputs =
            [TinyModel.Input("input_ids"), TinyModel.Input("attention_mask"), TinyModel.Input("position_ids")];
        byte[][] before = hasCache
            ? [
                TinyOnnx.Node("Cast", ["past_key_values.0.key"], ["past"], TinyOnnx.IntAttribute("to", 1)),
                TinyOnnx.Node("Concat", ["past", "headed"], ["known"], TinyOnnx.IntAttribute("axis", 2)),
              ]
            : [TinyOnnx.Node("Identity", ["headed"], ["known"])];
        // Padding is not masked out of the sums: a text's tokens must come before it, in its own row.
        _model.Write("model.onnx", _model.Encoder(
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], ["tokens"]),
                TinyOnnx.Node("Unsqueeze", ["tokens", "head"], ["headed"]),
                .. before,
                TinyOnnx.Node("CumSum", ["known", "along"], ["sums"]),
                TinyOnnx.Node("Squeeze", ["sums", "head"], ["seen"]),
                TinyOnnx.Node("Gather", ["positions", "position_ids"], ["places"]),
                TinyOnnx.Node("Add", ["seen", "places"], ["last_hidden_state"]),
            ],
            inputs: hasCache
                ? [.. inputs, TinyOnnx.Value("past_key_values.0.key", cache, "batch", 1, "past", TinyModel.Dimensions)]
                : inputs,
            more:
            [
                TinyOnnx.Tensor("positions", positions, 64, TinyModel.Dimensions),
                TinyOnnx.Integers("head", 1), TinyOnnx.Integers("along", 2),
            ]));
    }

    private JsonObject Tokenizer() => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = JsonNode.Parse("""
            { "strategy": "BatchLongest", "direction": "Left", "pad_to_multiple_of": null, "pad_id": 0,
              "pad_type_id": 0, "pad_token": "<|pad|>" }
            """),
        ["added_tokens"] = new JsonArray([.. _tokens.Take(2).Select((content, id) => (JsonNode)new JsonObject
        {
            ["id"] = id, ["content"] = content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false,
            ["normalized"] = false, ["special"] = true,
        })]),
        ["normalizer"] = JsonNode.Parse("""{ "type": "NFC" }"""),
        ["pre_tokenizer"] = JsonNode.Parse("""
            { "type": "Sequence", "pretokenizers": [
              { "type": "Split", "pattern": { "Regex":
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+" },
                "behavior": "Isolated", "invert": false },
              { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false } ] }
            """),
        ["post_processor"] = JsonNode.Parse("""
            { "type": "Sequence", "processors": [
              { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false },
              { "type": "TemplateProcessing",
                "single": [ { "Sequence": { "id": "A", "type_id": 0 } },
                            { "SpecialToken": { "id": "<|end|>", "type_id": 0 } } ],
                "pair": [ { "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 0 } } ],
                "special_tokens": { "<|end|>": { "id": "<|end|>", "ids": [1], "tokens": ["<|end|>"] } } } ] }
            """),
        ["decoder"] = null,
        ["model"] = new JsonObject
        {
            ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = "",
            ["end_of_word_suffix"] = "", ["fuse_unk"] = false, ["byte_fallback"] = false, ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(_tokens.Index().Select(t => KeyValuePair.Create(t.Item, (JsonNode?)t.Index))),
            ["merges"] = new JsonArray(new JsonArray("a", "b"), new JsonArray("Ġ", "ab")),
        },
    };

    private static void AssertNear(ReadOnlyMemory<float> expected, ReadOnlyMemory<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected.Span[i], actual.Span[i], 1e-5);
    }
}
