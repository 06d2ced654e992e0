using System.Text;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

/// <summary>Writes small ONNX models, field by field as onnx.proto numbers them.</summary>
internal static class TinyOnnx
{
    /// <summary>A dimension that only the run knows.</summary>
    public const string Batch = "batch";

    /// <summary>sum = a + b, both <c>float[batch × 3]</c>.</summary>
    public static byte[] Add() => Model(
        inputs: [Value("a", OnnxElementType.Float, Batch, 3), Value("b", OnnxElementType.Float, Batch, 3)],
        outputs: [Value("sum", OnnxElementType.Float, Batch, 3)],
        nodes: [Node("Add", ["a", "b"], ["sum"])]);

    /// <summary>y = x, of one element type and a shape.</summary>
    public static byte[] Identity(OnnxElementType type, params object[] shape) => Model(
        inputs: [Value("x", type, shape)],
        outputs: [Value("y", type, shape)],
        nodes: [Node("Identity", ["x"], ["y"])]);

    /// <summary>y0 = x0, y1 = x1, …: as many inputs and outputs as one likes, single values.</summary>
    public static byte[] Wide(int width)
    {
        var all = Enumerable.Range(0, width).ToArray();
        return Model(
            inputs: [.. all.Select(i => Value($"x{i}", OnnxElementType.Int64))],
            outputs: [.. all.Select(i => Value($"y{i}", OnnxElementType.Int64))],
            nodes: [.. all.Select(i => Node("Identity", [$"x{i}"], [$"y{i}"]))]);
    }

    /// <summary>product = x · weights, where the constant weights are <c>float[rows × columns]</c>.</summary>
    public static byte[] MatMul(float[] weights, int rows, int columns) => Model(
        inputs: [Value("x", OnnxElementType.Float, Batch, rows)],
        outputs: [Value("product", OnnxElementType.Float, Batch, columns)],
        nodes: [Node("MatMul", ["x", "weights"], ["product"])],
        initializers: [Tensor("weights", weights, rows, columns)]);

    /// <summary>y = x, with a constant that nothing uses: the library warns of it by its name.</summary>
    public static byte[] Unused(string constant) => Model(
        inputs: [Value("x", OnnxElementType.Float)],
        outputs: [Value("y", OnnxElementType.Float)],
        nodes: [Node("Identity", ["x"], ["y"])],
        initializers: [Tensor(constant, [1f])]);

    /// <summary>
    /// started = x + 1, then y = started + 1 + 1 + …, as many times as <c>trips</c> says: a run as long as one likes.
    /// </summary>
    public static byte[] Loop()
    {
        var body = Graph(
            inputs:
            [
                Value("trip", OnnxElementType.Int64), Value("going", OnnxElementType.Bool),
                Value("before", OnnxElementType.Float),
            ],
            outputs: [Value("on", OnnxElementType.Bool), Value("after", OnnxElementType.Float)],
            nodes: [Node("Identity", ["going"], ["on"]), Node("Add", ["before", "one"], ["after"])],
            initializers: [Tensor("one", [1f])]);
        return Model(
            inputs: [Value("trips", OnnxElementType.Int64), Value("x", OnnxElementType.Float)],
            outputs: [Value("started", OnnxElementType.Float), Value("y", OnnxElementType.Float)],
            nodes:
            [
                Node("Add", ["x", "1"], ["started"]),
                Node("Loop", ["trips", "", "started"], ["y"], GraphAttribute("body", body)),
            ],
            initializers: [Tensor("1", [1f])]);
    }

    /// <summary>parts = a sequence of x: an output that is not a tensor. <c>copy</c> is one.</summary>
    public static byte[] Sequence() => Model(
        inputs: [Value("x", OnnxElementType.Float, 2)],
        outputs:
        [
            Value("copy", OnnxElementType.Float, 2),
            [.. Field(1, "parts"), .. Field(2, Field(4, Field(1, TensorType(OnnxElementType.Float, 2))))],
        ],
        nodes: [Node("Identity", ["x"], ["copy"]), Node("SequenceConstruct", ["x"], ["parts"])]);

    internal static byte[] Model(byte[][] inputs, byte[][] outputs, byte[][] nodes, byte[][]? initializers = null) =>
    [
        .. Field(1, 8),
        .. Field(2, "tiny"),
        .. Field(7, Graph(inputs, outputs, nodes, initializers ?? [])),
        .. Field(8, [.. Field(1, ""), .. Field(2, 17)]),
    ];

    internal static byte[] Graph(byte[][] inputs, byte[][] outputs, byte[][] nodes, byte[][] initializers) =>
    [
        .. nodes.SelectMany(node => Field(1, node)),
        .. Field(2, "graph"),
        .. initializers.SelectMany(tensor => Field(5, tensor)),
        .. inputs.SelectMany(value => Field(11, value)),
        .. outputs.SelectMany(value => Field(12, value)),
    ];

    internal static byte[] Node(string type, string[] inputs, string[] outputs, params byte[][] attributes) =>
    [
        .. inputs.SelectMany(name => Field(1, name)),
        .. outputs.SelectMany(name => Field(2, name)),
        .. Field(4, type),
        .. attributes.SelectMany(attribute => Field(5, attribute)),
    ];

    internal static byte[] GraphAttribute(string name, byte[] graph) =>
        [.. Field(1, name), .. Field(6, graph), .. Field(20, 5)];

    internal static byte[] IntAttribute(string name, long value) =>
        [.. Field(1, name), .. Field(3, value), .. Field(20, 2)];

    internal static byte[] TextAttribute(string name, string value) =>
        [.. Field(1, name), .. Field(4, value), .. Field(20, 3)];

    internal static byte[] Value(string name, OnnxElementType type, params object[] shape) =>
        [.. Field(1, name), .. Field(2, TensorType(type, shape))];

    private static byte[] TensorType(OnnxElementType type, params object[] shape) =>
        Field(1, [.. Field(1, (long)type), .. Field(2, [.. shape.SelectMany(length => Field(1, Dimension(length)))])]);

    private static byte[] Dimension(object length) =>
        length is string name ? Field(2, name) : Field(1, (int)length);

    internal static byte[] Tensor(string name, float[] values, params long[] shape) =>
    [
        .. shape.SelectMany(length => Field(1, length)),
        .. Field(2, (long)OnnxElementType.Float),
        .. Field(8, name),
        .. Field(9, [.. values.SelectMany(BitConverter.GetBytes)]),
    ];

    /// <summary>A constant list of 64-bit integers.</summary>
    internal static byte[] Integers(string name, params long[] values) =>
    [
        .. Field(1, values.Length),
        .. Field(2, (long)OnnxElementType.Int64),
        .. Field(8, name),
        .. Field(9, [.. values.SelectMany(BitConverter.GetBytes)]),
    ];

    internal static byte[] Field(int number, long value) => [.. Varint(number << 3), .. Varint(value)];

    internal static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    internal static byte[] Field(int number, byte[] content) =>
        [.. Varint((number << 3) | 2), .. Varint(content.Length), .. content];

    private static IEnumerable<byte> Varint(long value)
    {
        for (; value > 127; value >>= 7)
            yield return (byte)(value | 128);
        yield return (byte)value;
    }
}
