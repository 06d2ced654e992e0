using System.Runtime.InteropServices;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>float4: a value of a vector or sparsevec.</summary>
internal readonly struct WireSingle : IWireValue<float>
{
    public static int Size => sizeof(float);

    public static void Encode(ReadOnlySpan<float> elements, Span<byte> bytes) =>
        BigEndian.Copy32(MemoryMarshal.AsBytes(elements), bytes);

    public static void Decode(ReadOnlySpan<byte> bytes, Span<float> elements) =>
        BigEndian.Copy32(bytes, MemoryMarshal.AsBytes(elements));

    public static void Check(ReadOnlySpan<float> values) => FiniteValues.Check(values);
}
