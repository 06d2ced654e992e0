using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PgEmbed.Codecs;

/// <summary>
/// Sums that come out the same, bit for bit, on every processor.
/// </summary>
/// <remarks>
/// A sum of floats depends on its order, and a vectorized one on the processor's width, so a code made here and a code
/// made elsewhere could differ in a bit. These sums therefore have one order, whatever runs them: value i is added to
/// lane i mod 32, in ascending order; then lane j gets lanes j + 8, j + 16 and j + 24 as (j + (j+8)) + ((j+16) + (j+24)),
/// and the eight that are left are added as ((0+4) + (2+6)) + ((1+5) + (3+7)). Products are rounded before they are
/// added: no fused multiply-add.
/// </remarks>
internal static class FixedOrder
{
    private const int Lanes = 32;

    /// <summary>The sum of products of two vectors, <c>float[d]</c> each.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"Expected two vectors of one length, got {a.Length} and {b.Length}.");
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        var s0 = Vector256<float>.Zero;
        var s1 = Vector256<float>.Zero;
        var s2 = Vector256<float>.Zero;
        var s3 = Vector256<float>.Zero;
        var i = 0;
        for (; i <= a.Length - Lanes; i += Lanes)
        {
            s0 += Product(ref x, ref y, i);
            s1 += Product(ref x, ref y, i + 8);
            s2 += Product(ref x, ref y, i + 16);
            s3 += Product(ref x, ref y, i + 24);
        }

        if (i < a.Length)
        {
            // Lanes behind the end get a zero, which changes no sum (only -0 to +0, and sums begin with +0).
            Span<float> tail = stackalloc float[Lanes];
            tail.Clear();
            for (var j = i; j < a.Length; j++)
                tail[j - i] = a[j] * b[j];
            ref var t = ref MemoryMarshal.GetReference(tail);
            s0 += Vector256.LoadUnsafe(ref t);
            s1 += Vector256.LoadUnsafe(ref t, 8);
            s2 += Vector256.LoadUnsafe(ref t, 16);
            s3 += Vector256.LoadUnsafe(ref t, 24);
        }

        return Sum(s0 + s1 + (s2 + s3));
    }

    /// <summary>The sum of a vector's squares.</summary>
    public static float SumOfSquares(ReadOnlySpan<float> values) => Dot(values, values);

    /// <summary>A matrix times a vector.</summary>
    /// <param name="matrix"><c>float[rows × columns]</c>, row-major.</param>
    /// <param name="vector"><c>float[columns]</c>.</param>
    /// <param name="product">Where to: <c>float[rows]</c>.</param>
    public static void Multiply(ReadOnlySpan<float> matrix, ReadOnlySpan<float> vector, Span<float> product)
    {
        for (var row = 0; row < product.Length; row++)
            product[row] = Dot(matrix.Slice(row * vector.Length, vector.Length), vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Product(ref float x, ref float y, int at) =>
        Vector256.LoadUnsafe(ref x, (nuint)at) * Vector256.LoadUnsafe(ref y, (nuint)at);

    private static float Sum(Vector256<float> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }
}
