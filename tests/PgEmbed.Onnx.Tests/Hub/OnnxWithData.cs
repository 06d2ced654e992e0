using System.Text;

namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>
/// An ONNX file that names a file of weights: a function is appended (ModelProto field 25; fields of a protobuf message
/// may come in any order) that nothing calls and that has a tensor with external data.
/// </summary>
internal static class OnnxWithData
{
    public static byte[] Naming(byte[] model, string location)
    {
        var entry = Field(13, [.. Field(1, Encoding.UTF8.GetBytes("location")), .. Field(2, Encoding.UTF8.GetBytes(location))]);
        var attribute = Field(5, Field(5, entry));
        return [.. model, .. Field(25, Field(7, attribute))];
    }

    private static byte[] Field(int number, byte[] content)
    {
        var key = (number << 3) | 2;
        return [.. Varint(key), .. Varint(content.Length), .. content];
    }

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}
