using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// Signs as bits, as PostgreSQL's <c>bit(n)</c> has them: the first dimension is the most significant bit of the first
/// byte, and a 1 stands for a value above 0.
/// </summary>
internal static class Bits
{
    /// <summary>How many bytes so many bits take.</summary>
    public static int Bytes(int bits) => (bits + 7) / 8;

    /// <summary>Writes the signs of values.</summary>
    public static void WriteSigns(ReadOnlySpan<float> values, Span<byte> bits)
    {
        bits = bits[..Bytes(values.Length)];
        bits.Clear();
        var i = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            // A register's first lane gives the lowest bit, and the first dimension is to be the highest.
            var lanes = Vector256.Shuffle(
                Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i),
                Vector256.Create(7, 6, 5, 4, 3, 2, 1, 0));
            bits[i >> 3] = (byte)Vector256.GreaterThan(lanes, Vector256<float>.Zero).ExtractMostSignificantBits();
        }

        for (; i < values.Length; i++)
        {
            if (values[i] > 0)
                bits[i >> 3] |= (byte)(0x80 >> (i & 7));
        }
    }

    /// <summary>The sign at a place: 1 or -1.</summary>
    public static float Sign(ReadOnlySpan<byte> bits, int i) => (bits[i >> 3] & (0x80 >> (i & 7))) != 0 ? 1 : -1;

    /// <summary>How many bits differ: <c>bit_count(a # b)</c>, pgvector's <c>&lt;~&gt;</c>.</summary>
    public static int Hamming(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        b = b[..a.Length];
        var count = 0;
        var words = MemoryMarshal.Cast<byte, ulong>(a);
        var others = MemoryMarshal.Cast<byte, ulong>(b);
        for (var i = 0; i < words.Length; i++)
            count += BitOperations.PopCount(words[i] ^ others[i]);
        for (var i = words.Length * sizeof(ulong); i < a.Length; i++)
            count += BitOperations.PopCount((uint)(a[i] ^ b[i]));
        return count;
    }

    /// <summary>
    /// A table for sums of values with signs: entry <c>256 · byte + bits</c> is the sum of eight values, each with the
    /// sign that its bit says.
    /// </summary>
    public static float[] SignedSums(ReadOnlySpan<float> values)
    {
        var table = new float[Bytes(values.Length) * 256];
        for (var position = 0; position < table.Length / 256; position++)
        {
            var eight = values.Slice(8 * position, Math.Min(8, values.Length - (8 * position)));
            for (var bits = 0; bits < 256; bits++)
            {
                var sum = 0f;
                for (var i = 0; i < eight.Length; i++)
                    sum += (bits & (0x80 >> i)) != 0 ? eight[i] : -eight[i];
                table[(256 * position) + bits] = sum;
            }
        }

        return table;
    }

    /// <summary>Looks a code's bytes up in such a table.</summary>
    public static float SumOf(float[] table, ReadOnlySpan<byte> bits)
    {
        bits = bits[..(table.Length >> 8)];
        float s0 = 0, s1 = 0;
        var i = 0;
        for (; i <= bits.Length - 2; i += 2)
        {
            s0 += table[(i << 8) | bits[i]];
            s1 += table[((i + 1) << 8) | bits[i + 1]];
        }

        if (i < bits.Length)
            s0 += table[(i << 8) | bits[i]];
        return s0 + s1;
    }
}
