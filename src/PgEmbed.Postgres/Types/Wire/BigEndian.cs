using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>Copies between memory and the wire, whose byte order is big-endian, many elements at a time.</summary>
internal static class BigEndian
{
    /// <summary>Copies 2-byte elements, swapping bytes where this machine is little-endian. May work in place.</summary>
    public static void Copy16(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(
                MemoryMarshal.Cast<byte, short>(source), MemoryMarshal.Cast<byte, short>(destination));
        else
            source.CopyTo(destination);
    }

    /// <summary>Copies 4-byte elements, swapping bytes where this machine is little-endian. May work in place.</summary>
    public static void Copy32(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(
                MemoryMarshal.Cast<byte, int>(source), MemoryMarshal.Cast<byte, int>(destination));
        else
            source.CopyTo(destination);
    }
}
