using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Models;

public class OnnxGraphCutTests
{
    private static readonly byte[][] Inputs =
        [TinyOnnx.Value("x", OnnxElementType.Float, 2), TinyOnnx.Value("unused", OnnxElementType.Float, 2)];

    [Fact]
    public void Only_what_the_output_is_computed_from_is_kept()
    {
        var whole = Model(
            [
                TinyOnnx.Node("Add", ["x", "one"], ["first"]),
                TinyOnnx.Node("Mul", ["x", "x"], ["aside"]),
                TinyOnnx.Node("Mul", ["first", "two"], ["second"]),
                TinyOnnx.Node("Add", ["second", "three"], ["last"]),
            ],
            ["first", "second", "aside", "last"],
            [TinyOnnx.Tensor("one", [1f]), TinyOnnx.Tensor("two", [2f]), TinyOnnx.Tensor("three", [3f])]);
        (string, int, int)[] cuts = [("first", 1, 1), ("second", 2, 2), ("last", 3, 3), ("aside", 1, 0)];
        foreach (var (output, nodes, tensors) in cuts)
        {
            var cut = OnnxGraphCut.Cut(whole, output);
            Assert.Equal(nodes, OnnxCount.Nodes(cut));
            Assert.Equal(tensors, OnnxCount.Initializers(cut));
            using var session = OnnxSession.Load(cut);
            Assert.Equal([output], session.Outputs.Select(o => o.Name));
            Assert.Equal(["x", "unused"], session.Inputs.Select(i => i.Name));
            Assert.Equal(Run(whole, output), Run(cut, output));
        }
    }

    [Fact]
    public void Values_that_only_a_nested_graph_uses_are_kept()
    {
        var whole = Model(
            [
                TinyOnnx.Node("Add", ["x", "one"], ["first"]),
                TinyOnnx.Node("Cast", ["flag"], ["condition"], TinyOnnx.IntAttribute("to", 9)),
                TinyOnnx.Node(
                    "If",
                    ["condition"],
                    ["second"],
                    Branch("then", TinyOnnx.Node("Mul", ["first", "two"], ["then"])),
                    Branch("else", TinyOnnx.Node("Identity", ["x"], ["else"]))),
                TinyOnnx.Node("Add", ["second", "three"], ["last"]),
            ],
            ["second", "last"],
            [
                TinyOnnx.Tensor("one", [1f]), TinyOnnx.Tensor("two", [2f]), TinyOnnx.Tensor("three", [3f]),
                TinyOnnx.Tensor("flag", [1f]),
            ]);
        var cut = OnnxGraphCut.Cut(whole, "second");
        Assert.Equal(3, OnnxCount.Nodes(cut));
        Assert.Equal(3, OnnxCount.Initializers(cut));
        Assert.Equal([8f, 12f], Run(cut, "second"));

        static byte[] Branch(string name, byte[] node) => TinyOnnx.GraphAttribute(
            $"{name}_branch", TinyOnnx.Graph([], [TinyOnnx.Value(name, OnnxElementType.Float, 2)], [node], []));
    }

    [Fact]
    public void An_initializer_that_is_listed_as_an_input_goes_with_its_nodes()
    {
        var whole = TinyOnnx.Model(
            [.. Inputs, TinyOnnx.Value("one", OnnxElementType.Float), TinyOnnx.Value("two", OnnxElementType.Float)],
            [TinyOnnx.Value("first", OnnxElementType.Float, 2), TinyOnnx.Value("last", OnnxElementType.Float, 2)],
            [TinyOnnx.Node("Add", ["x", "one"], ["first"]), TinyOnnx.Node("Mul", ["first", "two"], ["last"])],
            [TinyOnnx.Tensor("one", [1f]), TinyOnnx.Tensor("two", [2f])]);
        Assert.Equal([4f, 6f], Run(OnnxGraphCut.Cut(whole, "first"), "first"));
    }

    [Fact]
    public void An_output_that_is_not_there_is_refused() =>
        Assert.Throws<InvalidDataException>(() => OnnxGraphCut.Cut(TinyOnnx.Add(), "first"));

    [Fact]
    public void A_file_cut_short_is_refused()
    {
        var whole = TinyOnnx.Add();
        Assert.Throws<InvalidDataException>(() => OnnxGraphCut.Cut(whole.AsSpan(0, whole.Length / 2), "sum"));
    }

    private static byte[] Model(byte[][] nodes, string[] outputs, byte[][] initializers) => TinyOnnx.Model(
        Inputs, [.. outputs.Select(o => TinyOnnx.Value(o, OnnxElementType.Float, 2))], nodes, initializers);

    private static float[] Run(byte[] model, string output)
    {
        using var session = OnnxSession.Load(model);
        using var x = OnnxTensor.Create(new float[] { 3, 5 }.AsMemory(), [2]);
        using var unused = OnnxTensor.Create(new float[2].AsMemory(), [2]);
        using var result = session.Run(["x", "unused"], [x, unused], [output])[0];
        return result.Values<float>().ToArray();
    }
}
