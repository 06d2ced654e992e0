using System.Runtime.InteropServices;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Models;

/// <summary>Makes a file with 16-bit float weights of one with 32-bit ones: each is cast to 32 bits as the graph begins.</summary>
internal static class HalfWeights
{
    // Fields of ModelProto, GraphProto and TensorProto in onnx.proto.
    private const int ModelGraph = 7;
    private const int GraphNode = 1;
    private const int GraphInitializer = 5;
    private const int TensorType = 2;
    private const int TensorName = 8;
    private const int TensorRaw = 9;
    private const string Suffix = "_float16";

    /// <summary>Converts a file; fewer values than these stay as they are.</summary>
    public static byte[] Of(byte[] model, int least = 64)
    {
        var result = new MemoryStream();
        var reader = new ProtobufReader(model);
        while (reader.Read())
        {
            if (reader.Field == ModelGraph)
                ProtobufReader.WriteLengthDelimited(result, ModelGraph, Graph(reader.Bytes, least));
            else
                result.Write(reader.Raw);
        }

        return result.ToArray();
    }

    private static byte[] Graph(ReadOnlySpan<byte> graph, int least)
    {
        // The casts come first: nodes stand in the order in which they can be run.
        var (casts, rest) = (new MemoryStream(), new MemoryStream());
        var reader = new ProtobufReader(graph);
        while (reader.Read())
        {
            if (reader.Field != GraphInitializer || Tensor(reader.Bytes, least) is not var (name, tensor))
            {
                rest.Write(reader.Raw);
                continue;
            }

            ProtobufReader.WriteLengthDelimited(rest, GraphInitializer, tensor);
            ProtobufReader.WriteLengthDelimited(
                casts, GraphNode, TinyOnnx.Node("Cast", [name + Suffix], [name], TinyOnnx.IntAttribute("to", 1)));
        }

        return [.. casts.ToArray(), .. rest.ToArray()];
    }

    private static (string Name, byte[] Tensor)? Tensor(ReadOnlySpan<byte> tensor, int least)
    {
        var (name, rest) = ("", new MemoryStream());
        float[] values = [];
        var isFloat = false;
        var reader = new ProtobufReader(tensor);
        while (reader.Read())
        {
            if (reader.Field == TensorType)
                isFloat = reader.Number == 1;
            else if (reader.Field == TensorName)
                name = reader.Text;
            else if (reader.Field == TensorRaw)
                values = MemoryMarshal.Cast<byte, float>(reader.Bytes).ToArray();
            else
                rest.Write(reader.Raw);
        }

        if (!isFloat || values.Length < least)
            return null;
        Half[] halves = [.. values.Select(value => (Half)value)];
        return (name,
        [
            .. rest.ToArray(),
            .. TinyOnnx.Field(TensorType, 10),
            .. TinyOnnx.Field(TensorName, name + Suffix),
            .. TinyOnnx.Field(TensorRaw, MemoryMarshal.AsBytes(halves.AsSpan()).ToArray()),
        ]);
    }
}
