using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Onnx.Tests.Runtime;
using PgEmbed.Onnx.Tokenization;
using PgEmbed.Testing;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>Early exit: vectors of a layer before the last, and fewer dimensions of them.</summary>
public sealed class LayerTests : IDisposable
{
    private const string V2 = "models/pgembed-mini-v2";

    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("hidden_state_")]
    [InlineData("hidden_states.")]
    public async Task A_layer_s_vectors_are_pooled_from_its_own_output(string prefix)
    {
        WriteLayers(prefix);
        using var last = Load(null);
        using var third = Load(3);
        using var second = Load(2);
        using var first = Load(1);
        Assert.Equal(last.Space.Id, third.Space.Id);
        Assert.Equal(3, new[] { last, second, first }.Select(e => e.Space.Id).Distinct().Count());
        Assert.Equal((null, null, 2, 1), (last.Model.Layer, third.Model.Layer, second.Model.Layer, first.Model.Layer));
        AssertNear(_model.Mean("[CLS]", "a", "[SEP]"), await EmbedAsync(first, "a"));
        AssertNear(Moved(1), await EmbedAsync(second, "a"));
        AssertNear(Moved(3), await EmbedAsync(third, "a"));
    }

    [Fact]
    public void A_layer_that_the_file_has_no_output_of_is_refused_with_those_it_has()
    {
        WriteLayers("hidden_state_");
        _model.Set("config.json", "num_hidden_layers", 7);
        var error = Assert.Throws<PgEmbedException>(() => Load(4));
        Assert.Contains("can be left after (1, 2, 7), got 4", error.Message, StringComparison.Ordinal);
        _model.Write("model.onnx", _model.Lookup());
        _model.Set("config.json", "num_hidden_layers", null);
        error = Assert.Throws<PgEmbedException>(() => Load(1));
        Assert.Contains("can be left after (none), got 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_in_a_file_of_their_own_are_found_for_a_layer_too()
    {
        byte[] weights = [.. _model.Table.SelectMany(BitConverter.GetBytes)];
        _model.Write("onnx/weights.bin", weights);
        WriteLayers("hidden_state_", "onnx/model.onnx",
        [
            .. TinyOnnx.Field(1, _model.Vocabulary.Count), .. TinyOnnx.Field(1, TinyModel.Dimensions),
            .. TinyOnnx.Field(2, 1), .. TinyOnnx.Field(8, "table"),
            .. TinyOnnx.Field(13, [.. TinyOnnx.Field(1, "location"), .. TinyOnnx.Field(2, "weights.bin")]),
            .. TinyOnnx.Field(14, 1),
        ]);
        _model.Delete("model.onnx");
        using var second = Load(2);
        AssertNear(Moved(1), await EmbedAsync(second, "a"));
    }

    [SharedDataFact(V2)]
    public void Cut_graphs_of_a_real_model_are_smaller_and_give_the_whole_graph_s_values()
    {
        var folder = SharedData.PathOf(V2);
        var path = Path.Combine(folder, "onnx", "model_quantized.onnx");
        var sizes = new[] { "hidden_state_1", "hidden_state_2", "last_hidden_state" }
            .Select(output => OnnxGraph.Cut(path, output))
            .Select(cut => (Nodes: OnnxCount.Nodes(cut), cut.Length)).ToList();
        Assert.True(sizes[0].Nodes < sizes[1].Nodes && sizes[1].Nodes < sizes[2].Nodes, string.Join(" ", sizes));
        Assert.True(sizes[0].Length < sizes[1].Length && sizes[1].Length < sizes[2].Length, string.Join(" ", sizes));
        Assert.Equal(OnnxCount.Nodes(File.ReadAllBytes(path)), sizes[2].Nodes);

        // As the embedder runs such files. Otherwise the library computes with rounded activations here and there.
        var options = new OnnxSessionOptions { Configuration = { ["session.disable_quant_qdq"] = "1" } };
        using var whole = OnnxSession.Load(path, options);
        var tokenizer = Tokenizer.Load(folder);
        foreach (var output in (string[])["hidden_state_1", "hidden_state_2"])
        {
            using var cut = OnnxSession.Load(OnnxGraph.Cut(path, output), options);
            foreach (var text in RealTexts.All.Take(10))
            {
                var ids = new int[128];
                long[] input = [.. ids.Take(tokenizer.Encode(text, ids, out _)).Select(id => (long)id)];
                AssertNear(Run(whole, input, output), Run(cut, input, output), 1e-5);
            }
        }
    }

    [SharedDataFact(V2)]
    public async Task Fewer_dimensions_are_the_first_ones_normalized_anew()
    {
        var folder = SharedData.PathOf(V2);
        using var whole = OnnxTextEmbedder.Load(folder);
        foreach (var dimensions in (int[])[192, 96, 1, 384])
        {
            using var first = OnnxTextEmbedder.Load(
                ModelFolder.Open(folder, new ModelFolderOptions { Dimensions = dimensions }));
            Assert.Equal(dimensions, first.Space.Dimensions);
            Assert.Equal(dimensions == 384, whole.Space.Equals(first.Space));
            var all = await EmbedAsync(whole, "A web server");
            var norm = Math.Sqrt(all.ToArray().Take(dimensions).Sum(x => (double)x * x));
            float[] expected = [.. all.ToArray().Take(dimensions).Select(x => (float)(x / norm))];
            AssertNear(expected, await EmbedAsync(first, "A web server"));
        }
    }

    /// <summary>Layer 1 is the table, each further one moves every value by 1, 1 and 2.</summary>
    private void WriteLayers(string prefix, string file = "model.onnx", byte[]? table = null)
    {
        _model.Set("config.json", "num_hidden_layers", 3);
        object[] shape = ["batch", "sequence", TinyModel.Dimensions];
        _model.Write(file, TinyOnnx.Model(
            [TinyModel.Input("input_ids"), TinyModel.Input("attention_mask")],
            [
                TinyModel.Output("last_hidden_state", shape), TinyModel.Output($"{prefix}1", shape),
                TinyModel.Output($"{prefix}2", shape),
            ],
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], [$"{prefix}1"]),
                TinyOnnx.Node("Add", [$"{prefix}1", "one"], [$"{prefix}2"]),
                TinyOnnx.Node("Add", [$"{prefix}2", "two"], ["last_hidden_state"]),
            ],
            [
                table ?? TinyOnnx.Tensor("table", _model.Table, _model.Vocabulary.Count, TinyModel.Dimensions),
                TinyOnnx.Tensor("one", [1f]), TinyOnnx.Tensor("two", [2f]),
            ]));
    }

    /// <summary>The normalized mean of [CLS] a [SEP] with each value moved.</summary>
    private float[] Moved(float by)
    {
        var rows = new[] { "[CLS]", "a", "[SEP]" }.Select(t => _model.Vocabulary[t] * TinyModel.Dimensions).ToList();
        var mean = Enumerable.Range(0, TinyModel.Dimensions)
            .Select(d => rows.Average(r => (double)_model.Table[r + d]) + by).ToList();
        var norm = Math.Sqrt(mean.Sum(x => x * x));
        return [.. mean.Select(x => (float)(x / norm))];
    }

    private OnnxTextEmbedder Load(int? layer) =>
        OnnxTextEmbedder.Load(ModelFolder.Open(_model.Path, new ModelFolderOptions { Layer = layer }));

    private static float[] Run(OnnxSession session, long[] ids, string output)
    {
        using var tokens = OnnxTensor.Create(ids.AsMemory(), [1, ids.Length]);
        using var mask = OnnxTensor.Create(Enumerable.Repeat(1L, ids.Length).ToArray().AsMemory(), [1, ids.Length]);
        using var types = OnnxTensor.Create(new long[ids.Length].AsMemory(), [1, ids.Length]);
        using var result = session.Run(
            ["input_ids", "attention_mask", "token_type_ids"], [tokens, mask, types], [output])[0];
        return result.Values<float>().ToArray();
    }

    private static async Task<ReadOnlyMemory<float>> EmbedAsync(OnnxTextEmbedder embedder, string text) =>
        (await embedder.EmbedAsync([text], TextRole.Document)).Vectors[0];

    private static void AssertNear(float[] expected, ReadOnlyMemory<float> actual, double within = 1e-6)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual.Span[i], within);
    }
}
