using System.Runtime.InteropServices;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>The 16-bit float of IEEE 754: a value of a halfvec.</summary>
internal readonly struct WireHalf : IWireValue<Half>
{
    public static int Size => sizeof(ushort);

    public static void Encode(ReadOnlySpan<Half> elements, Span<byte> bytes) =>
        BigEndian.Copy16(MemoryMarshal.AsBytes(elements), bytes);

    public static void Decode(ReadOnlySpan<byte> bytes, Span<Half> elements) =>
        BigEndian.Copy16(bytes, MemoryMarshal.AsBytes(elements));

    public static void Check(ReadOnlySpan<Half> values) => FiniteValues.Check(values);
}
