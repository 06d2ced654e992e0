using System.Buffers.Binary;
using System.Text;

namespace PgEmbed.Codecs;

/// <summary>
/// Reads what <see cref="CodecWriter"/> wrote, and nothing else: each length is checked against what is left before
/// memory is taken for it, and each value against its range.
/// </summary>
internal sealed class CodecReader(ReadOnlyMemory<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private ReadOnlyMemory<byte> _rest = bytes;

    public byte ReadByte() => Take(1)[0];

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public float ReadSingle()
    {
        var value = BitConverter.Int32BitsToSingle(ReadInt32());
        Require(float.IsFinite(value), $"a finite value, got {value}");
        return value;
    }

    public int ReadDimensions()
    {
        var dimensions = ReadInt32();
        Require(
            dimensions is >= 1 and <= VectorSpace.MaxDimensions,
            $"1 to {VectorSpace.MaxDimensions} dimensions, got {dimensions}");
        return dimensions;
    }

    public string ReadText()
    {
        try
        {
            return Strict.GetString(Take(ReadInt32()));
        }
        catch (DecoderFallbackException e)
        {
            throw Error("a text in UTF-8", e);
        }
    }

    public byte[] ReadBytes(int length)
    {
        var found = ReadInt32();
        Require(found == length, $"{length} bytes, got {found}");
        return Take(length).ToArray();
    }

    public float[] ReadFloats(long length) =>
        ReadOptionalFloats(length) ?? throw Error($"{length} values, got none");

    public float[]? ReadOptionalFloats(long length)
    {
        var found = ReadInt32();
        if (found == -1)
            return null;
        Require(found == length, $"{length} values, got {found}");
        RequireLeft(length * sizeof(float));
        var values = new float[found];
        for (var i = 0; i < values.Length; i++)
            values[i] = ReadSingle();
        return values;
    }

    /// <summary>Throws where fewer bytes are left.</summary>
    public void RequireLeft(long count) => Require(count <= _rest.Length, $"{count} more bytes, got {_rest.Length}");

    public static void Require(bool holds, string expected)
    {
        if (!holds)
            throw Error(expected);
    }

    public void RequireEnd() => Require(_rest.IsEmpty, $"the end, got {_rest.Length} more bytes");

    private ReadOnlySpan<byte> Take(int count)
    {
        Require(count >= 0, $"a length, got {count}");
        RequireLeft(count);
        var taken = _rest.Span[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static PgEmbedException Error(string expected, Exception? cause = null) => new(
        $"The codec's parameters are damaged: expected {expected}.",
        "Fit the codec again, or restore the catalog's row.",
        cause);
}
