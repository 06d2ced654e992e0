using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PgEmbed.Postgres.VectorFiles;

/// <summary>What a file of NumPy's <c>.npy</c> format says of itself, where it holds vectors.</summary>
/// <remarks>
/// The format: <c>\x93NUMPY</c>, two bytes of version, the length of a Python dict as text (two bytes in version 1, four in
/// 2 and 3, little-endian), the dict, and the values. The dict ends with a line feed, after spaces that align the values.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
/// </remarks>
/// <param name="Element">How a value is kept.</param>
/// <param name="Count">How many vectors.</param>
/// <param name="Dimensions">The length of each.</param>
public sealed partial record NpyHeader(NpyElement Element, long Count, int Dimensions)
{
    /// <summary>The length of the header that is written: room for any count, so that it can be filled in at the end.</summary>
    internal const int WrittenLength = 128;

    private const int MaxTextLength = 65_535;
    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    /// <summary>Bytes of a value.</summary>
    internal int ElementSize => Element == NpyElement.F32 ? sizeof(float) : 2;

    /// <summary>Bytes of a vector.</summary>
    internal int RowSize => checked(Dimensions * ElementSize);

    /// <summary>Reads a header; the stream stands at the first value then.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">It is none, or of values that can't be vectors.</exception>
    internal static async Task<NpyHeader> ReadAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        var start = new byte[12];
        var read = await stream.ReadAtLeastAsync(start.AsMemory(0, 10), 10, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        if (read < 10 || !start.AsSpan().StartsWith(Magic) || start[6] is < 1 or > 3)
            throw new PgEmbedException(
                $"Expected a file of vectors in NumPy's format (.npy), got {name}, which is none.",
                "In Python: numpy.save(file, vectors.astype(numpy.float32))");
        int length = BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8));
        if (start[6] > 1)
        {
            await stream.ReadExactlyAsync(start.AsMemory(10, 2), cancellationToken).ConfigureAwait(false);
            length = (int)Math.Min(MaxTextLength + 1, BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8)));
        }

        if (length > MaxTextLength)
            throw new PgEmbedException($"Expected a header of at most {MaxTextLength} bytes in {name}, found a longer one.");
        var text = new byte[length];
        if (await stream.ReadAtLeastAsync(text, length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false) < length)
            throw new PgEmbedException($"Expected a header of {length} bytes in {name}, found its end before.");
        return Parse(Encoding.UTF8.GetString(text), name);
    }

    /// <summary>The header as it is written, <see cref="WrittenLength"/> bytes.</summary>
    internal byte[] ToBytes()
    {
        var descr = Element == NpyElement.F32 ? "<f4" : "<f2";
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({Count}, {Dimensions}), }}");
        var bytes = new byte[WrittenLength];
        Magic.CopyTo(bytes, 0);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), WrittenLength - 10);
        bytes.AsSpan(10).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    private static NpyHeader Parse(string text, string name)
    {
        var element = Descr().Match(text).Groups[1].Value switch
        {
            "<f4" => NpyElement.F32,
            "<f2" => NpyElement.F16,
            var other => throw new PgEmbedException(
                $"Expected little-endian values of 32 or 16 bits (<f4 or <f2) in {name}, "
                + $"found {(other.Length == 0 ? "others" : other)}.",
                "In Python: vectors.astype('<f4')"),
        };
        if (!RowMajor().IsMatch(text))
            throw new PgEmbedException(
                $"Expected one vector after the other in {name} (row-major), found them column by column.",
                "In Python: numpy.ascontiguousarray(vectors)");
        var shape = Shape().Match(text);
        if (!shape.Success
            || !long.TryParse(shape.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var count)
            || !int.TryParse(shape.Groups[2].ValueSpan, CultureInfo.InvariantCulture, out var dimensions)
            || dimensions is < 1 or > VectorSpace.MaxDimensions)
            throw new PgEmbedException(
                $"Expected a shape of vectors and 1 to {VectorSpace.MaxDimensions} dimensions in {name}, "
                + $"found {text.Trim()}.");
        return new NpyHeader(element, count, dimensions);
    }

    [GeneratedRegex(@"'descr':\s*'([^']*)'")]
    private static partial Regex Descr();

    [GeneratedRegex(@"'fortran_order':\s*False")]
    private static partial Regex RowMajor();

    [GeneratedRegex(@"'shape':\s*\(\s*(\d+)L?\s*,\s*(\d+)L?\s*,?\s*\)")]
    private static partial Regex Shape();
}
