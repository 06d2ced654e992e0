using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Models;

/// <summary>Counts the parts of an ONNX model's graph.</summary>
internal static class OnnxCount
{
    public static int Nodes(byte[] model) => Count(model, 1);

    public static int Initializers(byte[] model) => Count(model, 5);

    private static int Count(byte[] model, int field)
    {
        var count = 0;
        var reader = new ProtobufReader(model);
        while (reader.Read())
        {
            if (reader.Field != 7)
                continue;
            var graph = new ProtobufReader(reader.Bytes);
            while (graph.Read())
                count += graph.Field == field ? 1 : 0;
        }

        return count;
    }
}
