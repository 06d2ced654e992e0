using System.Buffers.Binary;
using System.Text;

namespace PgEmbed.Onnx.Tests.Modules;

/// <summary>Writes safetensors files.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. data];
    }

    /// <summary>A file of 32-bit floats.</summary>
    public static byte[] Of(params (string Name, int[] Shape, float[] Values)[] tensors)
    {
        var data = new List<byte>();
        var entries = new List<string>();
        foreach (var (name, shape, values) in tensors)
        {
            var start = data.Count;
            data.AddRange(values.SelectMany(BitConverter.GetBytes));
            entries.Add(Entry(name, "F32", shape, start, data.Count));
        }

        return Of($"{{{string.Join(',', entries)}}}", [.. data]);
    }

    public static string Entry(string name, string type, int[] shape, long start, long end) =>
        $$"""
        "{{name}}": { "dtype": "{{type}}", "shape": [{{string.Join(',', shape)}}], "data_offsets": [{{start}}, {{end}}] }
        """;
}
