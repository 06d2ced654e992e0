using System.Text.Json.Nodes;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Onnx.Tests.Modules;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>What a model's modules make of its token vectors, over models whose vectors are computed by hand.</summary>
public sealed class ModulesTests : IDisposable
{
    private const string Dense = "sentence_transformers.models.Dense";
    private const string Normalize = "sentence_transformers.models.Normalize";

    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("""["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]""")]
    [InlineData("""["max"]""")]
    [InlineData("\"weightedmean\"")]
    [InlineData("\"lasttoken\"")]
    public async Task Pooled_vectors_stand_one_behind_another_in_any_batch(string modes)
    {
        WriteModules();
        _model.Set("1_Pooling/config.json", "pooling_mode", JsonNode.Parse(modes));
        var names = modes.Split('"').Where((_, i) => i % 2 == 1).ToArray();
        var vectors = await EmbedAsync(["a", "b c d e f g", ""]);
        AssertNear([.. names.SelectMany(m => Pooled(m, "[CLS]", "a", "[SEP]"))], vectors[0]);
        AssertNear([.. names.SelectMany(m => Pooled(m, "[CLS]", "b", "c", "d", "e", "f", "g", "[SEP]"))], vectors[1]);
        AssertNear([.. names.SelectMany(m => Pooled(m, "[CLS]", "[SEP]"))], vectors[2]);
    }

    [Theory]
    [InlineData("mean")]
    [InlineData("weightedmean")]
    [InlineData("lasttoken")]
    public async Task A_prompt_is_left_out_of_pooling_where_the_model_says_so(string mode)
    {
        WriteModules();
        _model.Set("1_Pooling/config.json", "pooling_mode", mode);
        _model.Set("1_Pooling/config.json", "include_prompt", false);
        _model.Set("config_sentence_transformers.json", "prompts", JsonNode.Parse("""{ "query": "q r " }"""));
        // The reference leaves the special tokens before the prompt out too, and counts places from the whole's first.
        var rows = Rows("[CLS]", "q", "r", "a", "b", "[SEP]");
        double[] weights = mode switch { "mean" => [1, 1, 1], "weightedmean" => [4, 5, 6], _ => [0, 0, 1] };
        var expected = Enumerable.Range(0, TinyModel.Dimensions)
            .Select(d => (float)(weights.Select((w, i) => w * rows[3 + i][d]).Sum() / weights.Sum())).ToArray();
        AssertNear(expected, (await EmbedAsync(["a b"], TextRole.Query))[0]);
        AssertNear(Pooled(mode, "[CLS]", "a", "b", "[SEP]"), (await EmbedAsync(["a b"]))[0]);
    }

    [Theory]
    [InlineData(Dense, Normalize)]
    [InlineData(Normalize, Dense)]
    [InlineData(Normalize, Dense, Dense)]
    public async Task Modules_are_applied_in_their_order(params string[] modules)
    {
        WriteModules(modules);
        var expected = Pooled("mean", "[CLS]", "a", "[SEP]").Select(x => (double)x).ToArray();
        foreach (var (module, i) in modules.Select((m, i) => (m, i)))
            expected = module == Normalize ? Unit(expected) : Apply(Weight(i + 2, expected.Length), expected);
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        Assert.Equal(expected.Length, embedder.Space.Dimensions);
        Assert.Equal(modules[^1] == Normalize, embedder.Model.Normalize);
        AssertNear([.. expected.Select(x => (float)x)], (await EmbedAsync(["a"]))[0]);
    }

    [Fact]
    public void Weights_activation_and_order_of_modules_shape_the_fingerprint()
    {
        var fingerprints = new HashSet<string>();
        WriteModules();
        Add();
        WriteModules(Normalize);
        Add();
        WriteModules(Normalize, Dense);
        Add();
        WriteModules(Dense, Normalize);
        Add();
        _model.Set("2_Dense/config.json", "activation_function", "torch.nn.modules.activation.ReLU");
        Add();
        _model.Write("2_Dense/model.safetensors", SafetensorsBytes.Of(
            ("linear.weight", [3, 4], new float[12]), ("linear.bias", [3], new float[3])));
        Add();
        Assert.Equal(6, fingerprints.Count);

        void Add() => fingerprints.Add(ModelFolder.Open(_model.Path).Fingerprint);
    }

    [Fact]
    public async Task Fewer_dimensions_are_normalized_where_the_whole_is()
    {
        var whole = (await EmbedAsync(["a"]))[0].ToArray();
        var options = new ModelFolderOptions { Dimensions = 2 };
        float[] expected = [.. Unit([whole[0], whole[1]]).Select(x => (float)x)];
        AssertNear(expected, (await EmbedAsync(["a"], options: options))[0]);
        WriteModules();
        AssertNear(Pooled("mean", "[CLS]", "a", "[SEP]")[..2], (await EmbedAsync(["a"], options: options))[0]);
    }

    [Fact]
    public async Task Positions_are_given_to_a_model_that_takes_them()
    {
        // The vector of a token is its row and its position.
        WriteWithPositions();
        WriteModules();
        var vectors = await EmbedAsync(["a", "b c d"]);
        AssertNear([.. Pooled("mean", "[CLS]", "a", "[SEP]").Select(x => x + 1)], vectors[0]);
        AssertNear([.. Pooled("mean", "[CLS]", "b", "c", "d", "[SEP]").Select(x => x + 2)], vectors[1]);

        _model.Set("config.json", "model_type", "xlm-roberta");
        _model.Set("config.json", "pad_token_id", 1);
        AssertNear([.. Pooled("mean", "[CLS]", "a", "[SEP]").Select(x => x + 3)], (await EmbedAsync(["a"]))[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Outputs_of_16_bit_floats_are_converted(bool pooled)
    {
        object[] shape = pooled ? ["batch", TinyModel.Dimensions] : ["batch", "sequence", TinyModel.Dimensions];
        var name = pooled ? "sentence_embedding" : "last_hidden_state";
        _model.Write("model.onnx", _model.Encoder(
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], ["tokens"]),
                pooled
                    ? TinyOnnx.Node("ReduceMax", ["tokens"], ["wide"], Axes(1), TinyOnnx.IntAttribute("keepdims", 0))
                    : TinyOnnx.Node("Identity", ["tokens"], ["wide"]),
                TinyOnnx.Node("Cast", ["wide"], [name], TinyOnnx.IntAttribute("to", (long)OnnxElementType.Float16)),
            ],
            outputs: [TinyOnnx.Value(name, OnnxElementType.Float16, shape)]));
        WriteModules();
        AssertNear(Pooled(pooled ? "max" : "mean", "[CLS]", "a", "[SEP]"), (await EmbedAsync(["a"]))[0], 1e-3);
    }

    [Fact]
    public void Outputs_of_other_types_are_refused()
    {
        _model.Write("model.onnx", _model.Encoder(
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], ["wide"]),
                TinyOnnx.Node(
                    "Cast", ["wide"], ["last_hidden_state"], TinyOnnx.IntAttribute("to", (long)OnnxElementType.Double)),
            ],
            outputs: [TinyOnnx.Value("last_hidden_state", OnnxElementType.Double, "batch", "sequence", 4)]));
        AssertLoadFails("expected an output of 32-bit or 16-bit floats, got last_hidden_state: Double");
    }

    [Fact]
    public async Task A_pooled_output_has_gone_through_Dense_where_its_length_shows_it()
    {
        // As many dimensions as Dense makes: 3 of the table's 4.
        _model.Write("model.onnx", _model.Encoder(
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], ["tokens"]),
                TinyOnnx.Node("ReduceMax", ["tokens"], ["most"], Axes(1), TinyOnnx.IntAttribute("keepdims", 0)),
                TinyOnnx.Node("MatMul", ["most", "cut"], ["sentence_embedding"]),
            ],
            outputs: [TinyModel.Output("sentence_embedding", "batch", 3)],
            more: [TinyOnnx.Tensor("cut", [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], 4, 3)]));
        WriteModules(Dense);
        AssertNear(Pooled("max", "[CLS]", "a", "[SEP]")[..3], (await EmbedAsync(["a"]))[0]);

        _model.Write("model.onnx", _model.Encoder(
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], ["tokens"]),
                TinyOnnx.Node(
                    "ReduceMax", ["tokens"], ["sentence_embedding"], Axes(1), TinyOnnx.IntAttribute("keepdims", 0)),
            ],
            outputs: [TinyModel.Output("sentence_embedding", "batch", TinyModel.Dimensions)]));
        AssertLoadFails("expected an output of shape 1 × 3, got 1 × 4");
        _model.Set("2_Dense/config.json", "out_features", 4);
        _model.Write("2_Dense/model.safetensors", SafetensorsBytes.Of(
            ("linear.weight", [4, 4], new float[16]), ("linear.bias", [4], new float[4])));
        AssertLoadFails("has gone through the module Dense can't be told");
    }

    [Fact]
    public async Task A_text_without_a_single_token_has_a_vector_of_zeros()
    {
        _model.Set("tokenizer.json", "post_processor", null);
        WriteModules();
        var vectors = await EmbedAsync(["", "a"]);
        Assert.Equal(new float[TinyModel.Dimensions], vectors[0].ToArray());
        AssertNear(Pooled("mean", "a"), vectors[1]);
    }

    private void WriteModules(params string[] modules)
    {
        var list = JsonNode.Parse(File.ReadAllText(Path.Combine(_model.Path, "modules.json")))!.AsArray();
        while (list.Count > 2)
            list.RemoveAt(2);
        var inputs = TinyModel.Dimensions;
        foreach (var (module, i) in modules.Select((m, i) => (m, i + 2)))
        {
            var path = $"{i}_{module.Split('.')[^1]}";
            list.Add(new JsonObject { ["idx"] = i, ["name"] = $"{i}", ["path"] = path, ["type"] = module });
            if (module != Dense)
                continue;
            _model.Write($"{path}/config.json", $$"""
                {
                  "in_features": {{inputs}}, "out_features": {{inputs - 1}}, "bias": true,
                  "activation_function": "torch.nn.modules.linear.Identity"
                }
                """);
            _model.Write($"{path}/model.safetensors", SafetensorsBytes.Of(
                ("linear.weight", [inputs - 1, inputs], Weight(i, inputs)),
                ("linear.bias", [inputs - 1], new float[inputs - 1])));
            inputs--;
        }

        _model.Write("modules.json", list.ToJsonString());
    }

    private void WriteWithPositions() => _model.Write("model.onnx", _model.Encoder(
        [
            TinyOnnx.Node("Gather", ["table", "input_ids"], ["tokens"]),
            TinyOnnx.Node("Gather", ["positions", "position_ids"], ["places"]),
            TinyOnnx.Node("Add", ["tokens", "places"], ["last_hidden_state"]),
        ],
        inputs: [TinyModel.Input("input_ids"), TinyModel.Input("attention_mask"), TinyModel.Input("position_ids")],
        more: [TinyOnnx.Tensor("positions", [.. Enumerable.Range(0, 64 * 4).Select(i => (float)(i / 4))], 64, 4)]));

    private static float[] Weight(int seed, int inputs)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, inputs * (inputs - 1)).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static double[] Apply(float[] weight, double[] vector) =>
        [.. weight.Chunk(vector.Length).Select(row => row.Zip(vector, (w, x) => w * x).Sum())];

    private static double[] Unit(double[] vector)
    {
        var norm = Math.Sqrt(vector.Sum(x => x * x));
        return [.. vector.Select(x => x / norm)];
    }

    private float[][] Rows(params string[] tokens) => [.. tokens.Select(
        t => _model.Table.AsSpan(_model.Vocabulary[t] * TinyModel.Dimensions, TinyModel.Dimensions).ToArray())];

    private float[] Pooled(string mode, params string[] tokens)
    {
        var rows = Rows(tokens);
        return [.. Enumerable.Range(0, TinyModel.Dimensions).Select(d => (float)(mode switch
        {
            "cls" => rows[0][d],
            "lasttoken" => rows[^1][d],
            "max" => rows.Max(r => r[d]),
            "mean" => rows.Average(r => (double)r[d]),
            "mean_sqrt_len_tokens" => rows.Sum(r => (double)r[d]) / Math.Sqrt(rows.Length),
            "weightedmean" =>
                rows.Select((r, i) => (double)r[d] * (i + 1)).Sum() / (rows.Length * (rows.Length + 1) / 2),
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        }))];
    }

    private static byte[] Axes(long axis) =>
        [.. TinyOnnx.Field(1, "axes"), .. TinyOnnx.Field(8, axis), .. TinyOnnx.Field(20, 7)];

    private async Task<VectorBlock> EmbedAsync(
        string[] texts, TextRole role = TextRole.Document, ModelFolderOptions? options = null)
    {
        using var embedder = OnnxTextEmbedder.Load(ModelFolder.Open(_model.Path, options));
        return (await embedder.EmbedAsync(texts, role)).Vectors;
    }

    private void AssertLoadFails(string message)
    {
        var error = Assert.ThrowsAny<PgEmbedException>(() => OnnxTextEmbedder.Load(_model.Path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static void AssertNear(float[] expected, ReadOnlyMemory<float> actual, double within = 1e-6)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual.Span[i], within);
    }
}
