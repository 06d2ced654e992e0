using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>A value of a halfvec that is a float in memory: rounded to the nearest, ties to even, as pgvector does.</summary>
internal readonly struct WireHalfFromSingle : IWireValue<float>
{
    /// <summary>Half of the way from the largest Half to what would follow it: from here on, rounding gives infinity.</summary>
    private const float Overflow = 65_520f;

    private const int BlockLength = 256;

    public static int Size => sizeof(ushort);

    public static void Encode(ReadOnlySpan<float> elements, Span<byte> bytes)
    {
        TensorPrimitives.ConvertToHalf(elements, MemoryMarshal.Cast<byte, Half>(bytes));
        BigEndian.Copy16(bytes, bytes);
    }

    public static void Decode(ReadOnlySpan<byte> bytes, Span<float> elements)
    {
        Span<Half> block = stackalloc Half[BlockLength];
        for (var done = 0; done < elements.Length; done += BlockLength)
        {
            var halves = block[..Math.Min(BlockLength, elements.Length - done)];
            WireHalf.Decode(bytes.Slice(done * Size, halves.Length * Size), halves);
            TensorPrimitives.ConvertToSingle(halves, elements[done..]);
        }
    }

    public static void Check(ReadOnlySpan<float> values)
    {
        FiniteValues.Check(values);
        if (Math.Abs(TensorPrimitives.MaxMagnitude(values)) < Overflow)
            return;
        var position = 0;
        while (Math.Abs(values[position]) < Overflow)
            position++;
        throw new InvalidVectorException(
            FormattableString.Invariant(
                $"Expected values from -65504 to 65504, got {values[position]} at position {position}."),
            "Scale the vector, or store it as vector: a halfvec has 16 bits a value.");
    }
}
