using System.Runtime.InteropServices;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>int4: a position of a sparsevec.</summary>
internal readonly struct WireInt32 : IWireElement<int>
{
    public static int Size => sizeof(int);

    public static void Encode(ReadOnlySpan<int> elements, Span<byte> bytes) =>
        BigEndian.Copy32(MemoryMarshal.AsBytes(elements), bytes);

    public static void Decode(ReadOnlySpan<byte> bytes, Span<int> elements) =>
        BigEndian.Copy32(bytes, MemoryMarshal.AsBytes(elements));
}
