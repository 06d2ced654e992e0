using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Models;

public sealed class OnnxGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyModel _model = new();

    public void Dispose()
    {
        _folder.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void The_built_in_model_s_file_is_read()
    {
        var graph = OnnxGraph.Read(Path.Combine(BuiltInModel.Folder, "onnx", "model_quantized.onnx"));
        Assert.Contains("MatMul", graph.Operators);
        Assert.Contains("DequantizeLinear", graph.Operators);
        Assert.False(graph.IsBatchDependent);
        Assert.False(graph.QuantizesActivations);
        Assert.Empty(graph.DataFiles);
        Assert.Equal(14531, graph.RowsLookedUpBy("input_ids"));
        Assert.Null(graph.RowsLookedUpBy("no_such_input"));
    }

    [Fact]
    public void A_table_behind_a_dequantization_is_found()
    {
        var graph = Read(_model.Encoder(
        [
            TinyOnnx.Node("DequantizeLinear", ["table", "scale"], ["floats"]),
            TinyOnnx.Node("Gather", ["floats", "input_ids"], ["last_hidden_state"]),
        ]));
        Assert.Equal(56, graph.RowsLookedUpBy("input_ids"));
    }

    [Fact]
    public void Operators_in_nested_graphs_and_functions_are_found()
    {
        byte[] nested = TinyOnnx.Field(1, TinyOnnx.Node("DynamicQuantizeLinear", ["x"], ["y"]));
        byte[] branch = [.. TinyOnnx.Field(1, "then_branch"), .. TinyOnnx.Field(6, nested)];
        Assert.True(Read(_model.Encoder([TinyOnnx.Node("If", ["c"], ["y"], branch)])).IsBatchDependent);
        byte[] function = TinyOnnx.Field(7, TinyOnnx.Node("DynamicQuantizeMatMul", ["x"], ["y"]));
        Assert.True(Read([.. _model.Lookup(), .. TinyOnnx.Field(25, function)]).IsBatchDependent);
        Assert.False(Read(_model.Lookup()).IsBatchDependent);
    }

    [Fact]
    public void Quantized_activations_are_told_from_quantized_weights()
    {
        Assert.True(Read(_model.Encoder([TinyOnnx.Node("QuantizeLinear", ["x"], ["y"])])).QuantizesActivations);
        Assert.False(Read(_model.Encoder([TinyOnnx.Node("DequantizeLinear", ["x"], ["y"])])).QuantizesActivations);
    }

    [Fact]
    public void Every_file_cut_short_is_refused_or_read_but_never_misread()
    {
        var whole = _model.Lookup();
        for (var length = 0; length < whole.Length; length++)
        {
            // The last fields behind the graph may be missing without anyone being able to tell.
            var cut = whole[..length];
            if (Record.Exception(() => Read(cut)) is { } error)
                Assert.IsType<PgEmbedException>(error);
            else
                Assert.True(length > whole.Length - 20, $"a file cut at {length} of {whole.Length} was read");
        }
    }

    [Fact]
    public void Random_bytes_are_refused_without_a_crash()
    {
        var random = new Random(7);
        var whole = _model.Lookup();
        for (var i = 0; i < 2000; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var k = 0; k < 3; k++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (Record.Exception(() => Read(bytes)) is { } error)
                Assert.IsType<PgEmbedException>(error);
        }
    }

    [Fact]
    public void Graphs_nested_without_end_are_refused()
    {
        var node = TinyOnnx.Node("If", ["c"], ["y"]);
        for (var i = 0; i < 40; i++)
        {
            byte[] branch = [.. TinyOnnx.Field(1, "then_branch"), .. TinyOnnx.Field(6, TinyOnnx.Field(1, node))];
            node = TinyOnnx.Node("If", ["c"], ["y"], branch);
        }

        Assert.Throws<PgEmbedException>(() => Read(_model.Encoder([node])));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<PgEmbedException>(() => OnnxGraph.Read(_folder.File("none.onnx")));
        Assert.Contains("none.onnx", error.Message, StringComparison.Ordinal);
    }

    private OnnxGraph Read(byte[] model)
    {
        _folder.Write("model.onnx", model);
        return OnnxGraph.Read(_folder.File("model.onnx"));
    }
}
