using System.Text.Json.Nodes;
using PgEmbed.Onnx.Tests.Hub;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Onnx.Tests.Modules;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>
/// A folder laid out as Gemma's embedding models are: SentencePiece-type BPE with byte fallback between a begin and an
/// end token, prompts under many names, a larger and a smaller dense layer behind the mean, tokens' vectors and a
/// pooled one as outputs.
/// </summary>
public sealed class GemmaLayoutTests : IDisposable
{
    private const int Vocabulary = 1000;
    private const int Wide = 6;

    private readonly TinyModel _model = new();
    private readonly float[] _table = Numbers(1, Vocabulary * TinyModel.Dimensions);
    private readonly float[] _up = Numbers(2, Wide * TinyModel.Dimensions);
    private readonly float[] _down = Numbers(3, TinyModel.Dimensions * Wide);

    public GemmaLayoutTests()
    {
        _model.Write("config.json", """
            { "model_type": "gemma3_text", "vocab_size": 1000, "max_position_embeddings": 2048,
              "use_bidirectional_attention": true, "sliding_window": 512 }
            """);
        _model.Write("sentence_bert_config.json", """{ "max_seq_length": 2048, "do_lower_case": false }""");
        _model.Write("config_sentence_transformers.json", """
            {
              "model_type": "SentenceTransformer",
              "prompts": {
                "query": "task: search result | query: ", "document": "title: none | text: ",
                "BitextMining": "task: search result | query: ", "STS": "task: sentence similarity | query: "
              },
              "default_prompt_name": null, "similarity_fn_name": "cosine"
            }
            """);
        var types = new[] { "Transformer", "Pooling", "Dense", "Dense", "Normalize" };
        _model.Write("modules.json", new JsonArray([.. types.Index().Select(module => (JsonNode)new JsonObject
        {
            ["idx"] = module.Index, ["name"] = $"{module.Index}",
            ["path"] = module.Index == 0 ? "" : $"{module.Index}_{module.Item}",
            ["type"] = $"sentence_transformers.models.{module.Item}",
        })]).ToJsonString());
        WriteDense("2_Dense", _up, TinyModel.Dimensions, Wide);
        WriteDense("3_Dense", _down, Wide, TinyModel.Dimensions);
        var tokenizer = JsonNode.Parse(Fixture.Bytes("SentencePiece/bpe-bytes-json/tokenizer.json"))!;
        tokenizer["post_processor"] = JsonNode.Parse("""
            { "type": "TemplateProcessing",
              "single": [ { "SpecialToken": { "id": "<s>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } },
                          { "SpecialToken": { "id": "</s>", "type_id": 0 } } ],
              "pair": [ { "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 0 } } ],
              "special_tokens": { "<s>": { "id": "<s>", "ids": [1], "tokens": ["<s>"] },
                                  "</s>": { "id": "</s>", "ids": [2], "tokens": ["</s>"] } } }
            """);
        _model.Write("tokenizer.json", tokenizer.ToJsonString());
        _model.Write("tokenizer_config.json", """
            { "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<unk>", "padding_side": "right",
              "model_max_length": 2048, "add_bos_token": true, "add_eos_token": true }
            """);
        _model.Write("model.onnx", _model.Encoder(
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], ["last_hidden_state"]),
                TinyOnnx.Node("ReduceMax", ["last_hidden_state"], ["most"]),
                TinyOnnx.Node("Gather", ["most", "first"], ["sentence_embedding"], TinyOnnx.IntAttribute("axis", 1)),
            ],
            outputs:
            [
                TinyModel.Output("last_hidden_state", "batch", "sequence", TinyModel.Dimensions),
                TinyModel.Output("sentence_embedding", "batch", TinyModel.Dimensions),
            ],
            inputs: [TinyModel.Input("input_ids"), TinyModel.Input("attention_mask")],
            table: TinyOnnx.Tensor("table", _table, Vocabulary, TinyModel.Dimensions),
            more: [TinyOnnx.Integers("first", 0)]));
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task The_vector_is_the_mean_of_the_tokens_through_both_layers()
    {
        using var folder = new LibraryFolder();
        using var embedder = OnnxTextEmbedder.Load(await folder.Library.AddAsync(_model.Path, "gemma"));
        Assert.Equal(2048, embedder.Model.MaxTokens);
        string[] texts = ["a few words", "漢", ""];
        (TextRole Role, string Prompt)[] roles =
            [(TextRole.Query, "task: search result | query: "), (TextRole.Document, "title: none | text: ")];
        foreach (var (role, prompt) in roles)
        {
            var vectors = (await embedder.EmbedAsync(texts, role)).Vectors;
            for (var i = 0; i < texts.Length; i++)
            {
                var expected = Expected(embedder, prompt + texts[i]);
                for (var d = 0; d < TinyModel.Dimensions; d++)
                    Assert.Equal(expected[d], vectors[i].Span[d], 1e-5);
            }
        }
    }

    private double[] Expected(OnnxTextEmbedder embedder, string text)
    {
        var ids = new int[2048];
        var count = embedder.Model.Tokenizer.Encode(text, ids, out _);
        Assert.Equal((1, 2), (ids[0], ids[count - 1]));
        double[] mean =
        [
            .. Enumerable.Range(0, TinyModel.Dimensions)
                .Select(d => ids.Take(count).Average(id => (double)_table[(id * TinyModel.Dimensions) + d])),
        ];
        var vector = Multiply(_down, Multiply(_up, mean));
        var length = Math.Sqrt(vector.Sum(x => x * x));
        return [.. vector.Select(x => x / length)];
    }

    private static double[] Multiply(float[] weight, double[] vector) =>
        [.. weight.Chunk(vector.Length).Select(row => row.Zip(vector, (w, x) => w * x).Sum())];

    private void WriteDense(string folder, float[] weight, int inputs, int outputs)
    {
        _model.Write($"{folder}/config.json", $$"""
            { "in_features": {{inputs}}, "out_features": {{outputs}}, "bias": false,
              "activation_function": "torch.nn.modules.linear.Identity" }
            """);
        _model.Write($"{folder}/model.safetensors", SafetensorsBytes.Of(("linear.weight", [outputs, inputs], weight)));
    }

    private static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
