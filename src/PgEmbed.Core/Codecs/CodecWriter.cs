using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PgEmbed.Codecs;

/// <summary>Writes a codec's parameters: little-endian, arrays with their length before them, texts in UTF-8.</summary>
internal sealed class CodecWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Write(byte value) => _bytes.Write([value]);

    public void Write(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void Write(float value) => Write(BitConverter.SingleToInt32Bits(value));

    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Write(bytes.Length);
        _bytes.Write(bytes);
    }

    public void Write(ReadOnlySpan<float> values)
    {
        Write(values.Length);
        foreach (var value in values)
            Write(value);
    }

    /// <summary>Writes an array, or a length of -1 where there is none.</summary>
    public void WriteOptional(float[]? values)
    {
        if (values is null)
            Write(-1);
        else
            Write(values.AsSpan());
    }
}
