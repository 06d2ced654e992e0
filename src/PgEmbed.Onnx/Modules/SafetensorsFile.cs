using System.Buffers.Binary;
using System.Text.Json;

namespace PgEmbed.Onnx.Modules;

/// <summary>
/// Reads tensors of floats from a safetensors file: 8 bytes with the length of a JSON object, the object, which gives
/// each tensor's type, shape and place, and the tensors' bytes. Nothing in it can be run. Every length and place is
/// checked against the file, so a damaged one is refused and never read beyond.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    // The format's own limit.
    private const ulong MaxHeader = 100_000_000;
    private const int LengthBytes = 8;

    private readonly string _path;
    private readonly MappedFile _file;
    private readonly JsonElement _header;
    private readonly int _dataStart;

    private SafetensorsFile(string path, MappedFile file)
    {
        _path = path;
        _file = file;
        var bytes = file.Bytes;
        if (bytes.Length < LengthBytes)
            throw new InvalidDataException($"it has {bytes.Length} bytes");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > Math.Min(MaxHeader, (ulong)(bytes.Length - LengthBytes)))
            throw new InvalidDataException($"its header would have {length} bytes");
        _dataStart = LengthBytes + (int)length;
        _header = JsonElement.Parse(bytes[LengthBytes.._dataStart]);
        if (_header.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("its header is no object");
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="PgEmbedException">It can't be read, or is no safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        MappedFile? file = null;
        try
        {
            file = new MappedFile(path);
            return new SafetensorsFile(path, file);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (e is InvalidDataException or JsonException or IOException or UnauthorizedAccessException)
                throw Damaged(path, e.Message, e);
            throw;
        }
    }

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <exception cref="PgEmbedException">
    /// It is not there, or of another type or shape, or outside the file.
    /// </exception>
    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        if (!_header.TryGetProperty(name, out var entry))
            throw new PgEmbedException($"{_path} has no tensor '{name}'.", "Fetch the whole model folder again.");
        var (type, lengths, start, end) = EntryOf(name, entry);
        if (!lengths.AsSpan().SequenceEqual(shape))
            throw new PgEmbedException(
                $"{_path}: expected '{name}' to have the shape {Describe(shape)}, got {Describe(lengths)}.",
                "The folder mixes files of two models: fetch one again, whole.");
        var count = 1L;
        foreach (var length in shape)
            count *= length;
        var data = _file.Bytes[_dataStart..];
        var size = type == "F32" ? 4 : 2;
        if (start > end || end > data.Length || end - start != count * size)
            throw Damaged(_path, $"'{name}' would have the bytes {start} to {end} of {data.Length}");
        return Floats(data[(int)start..(int)end], type);
    }

    public void Dispose() => _file.Dispose();

    private (string Type, int[] Shape, long Start, long End) EntryOf(string name, JsonElement entry)
    {
        string type;
        int[] shape;
        long[] offsets;
        try
        {
            type = entry.GetProperty("dtype").GetString() ?? "";
            shape = [.. entry.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())];
            offsets = [.. entry.GetProperty("data_offsets").EnumerateArray().Select(n => n.GetInt64())];
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Damaged(_path, $"the entry of '{name}' is not of the format", e);
        }

        if (type is not ("F32" or "F16" or "BF16"))
            throw new PgEmbedException(
                $"{_path}: '{name}' has elements of type '{type}', only F32, F16 and BF16 are supported.",
                "Save the weights as 32-bit floats.");
        return offsets is [>= 0, _]
            ? (type, shape, offsets[0], offsets[1])
            : throw Damaged(_path, $"'{name}' has no place in it");
    }

    private static float[] Floats(ReadOnlySpan<byte> bytes, string type)
    {
        // The place of a tensor need not be one that its elements may be read from directly.
        var values = new float[bytes.Length / (type == "F32" ? 4 : 2)];
        if (type == "F32")
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
            return values;
        }

        for (var i = 0; i < values.Length; i++)
        {
            // A bfloat16 is the upper half of a float.
            var bits = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
            values[i] = type == "F16"
                ? (float)BitConverter.UInt16BitsToHalf(bits)
                : BitConverter.UInt32BitsToSingle((uint)bits << 16);
        }

        return values;
    }

    private static string Describe(ReadOnlySpan<int> shape) => string.Join(" × ", shape.ToArray());

    private static PgEmbedException Damaged(string path, string message, Exception? cause = null) =>
        new($"{path} is not a whole safetensors file: {message}.", "Fetch it again.", cause);
}
