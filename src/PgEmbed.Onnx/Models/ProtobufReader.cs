using System.Buffers.Binary;
using System.Text;

namespace PgEmbed.Onnx.Models;

/// <summary>Reads the fields of one Protocol Buffers message, without knowing its schema.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The field's number.</summary>
    public int Field { get; private set; }

    /// <summary>The value of a varint field; 0 of any other.</summary>
    public ulong Number { get; private set; }

    /// <summary>The bytes of a text, bytes or message field; empty of any other.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The whole field as it stands, with its number.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>The value of a 32-bit field as a float; 0 of any other.</summary>
    public float Single { get; private set; }

    /// <summary>Goes to the next field; false at the message's end.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a message, or end within a field.</exception>
    public bool Read()
    {
        Number = 0;
        Bytes = default;
        Single = 0;
        if (_rest.IsEmpty)
            return false;
        var before = _rest;
        var tag = ReadVarint();
        Field = (int)(tag >> 3);
        if (Field == 0)
            throw new InvalidDataException("a field has the number 0");
        switch ((int)(tag & 7))
        {
            case Varint:
                Number = ReadVarint();
                break;
            case Fixed64:
                Take(8);
                break;
            case LengthDelimited:
                Bytes = Take(ReadVarint());
                break;
            case Fixed32:
                Single = BinaryPrimitives.ReadSingleLittleEndian(Take(4));
                break;
            case var type:
                throw new InvalidDataException($"a field has the unknown type {type}");
        }

        Raw = before[..(before.Length - _rest.Length)];
        return true;
    }

    /// <summary>Writes a field of a text, bytes or a message.</summary>
    public static void WriteLengthDelimited(Stream stream, int field, ReadOnlySpan<byte> content)
    {
        WriteVarint(stream, ((ulong)field << 3) | LengthDelimited);
        WriteVarint(stream, (ulong)content.Length);
        stream.Write(content);
    }

    /// <summary>The varints of a repeated field, written one by one or packed.</summary>
    public readonly void AddNumbersTo(List<long> numbers)
    {
        if (Bytes.IsEmpty)
        {
            numbers.Add((long)Number);
            return;
        }

        var packed = new ProtobufReader(Bytes);
        while (!packed._rest.IsEmpty)
            numbers.Add((long)packed.ReadVarint());
    }

    private static void WriteVarint(Stream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] >= 0x80)
                continue;
            _rest = _rest[(i + 1)..];
            return value;
        }

        throw new InvalidDataException("a number does not end");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
            throw new InvalidDataException($"expected {length} more bytes, {_rest.Length} are there");
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}
