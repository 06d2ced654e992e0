using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PgEmbed.Codecs.Transforms;

/// <summary>
/// The Walsh–Hadamard transform of a power of two of values, in place. Stages of butterflies with one, two, four … values
/// between their ends, in that order, each (a, b) ↦ (a + b, a − b): every value is made of the same operations in the same
/// order whatever the processor's registers, so it is the same bits everywhere.
/// </summary>
internal static class WalshHadamard
{
    // Which of a register's eight values are the second end of a butterfly of each of the first three stages.
    private static readonly Vector256<float> Second1 = Vector256.Create(0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f);
    private static readonly Vector256<float> Second2 = Vector256.Create(0f, 0f, -0f, -0f, 0f, 0f, -0f, -0f);
    private static readonly Vector256<float> Second4 = Vector256.Create(0f, 0f, 0f, 0f, -0f, -0f, -0f, -0f);

    /// <summary>Transforms values, and multiplies them with a scale.</summary>
    public static void Transform(Span<float> values, float scale)
    {
        if (values.Length < 8)
        {
            Few(values, scale);
            return;
        }

        ref var first = ref MemoryMarshal.GetReference(values);
        for (var i = 0; i < values.Length; i += 8)
            Within(Vector256.LoadUnsafe(ref first, (nuint)i)).StoreUnsafe(ref first, (nuint)i);
        var half = 8;
        // Two stages at a time, so that each value is read and written half as often.
        for (; half < values.Length / 2; half *= 4)
            TwoStages(ref first, values.Length, half);
        if (half < values.Length)
            Stage(ref first, values.Length, half);
        for (var i = 0; i < values.Length; i += 8)
            (Vector256.LoadUnsafe(ref first, (nuint)i) * scale).StoreUnsafe(ref first, (nuint)i);
    }

    // The stages with one, two and four between the ends, all of which are in one register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Within(Vector256<float> v)
    {
        // What is added to the other end is the value, or, at the second end, its negative: b ↦ a − b.
        v = Vector256.Shuffle(v, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)) + (v ^ Second1);
        v = Vector256.Shuffle(v, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)) + (v ^ Second2);
        return Vector256.Shuffle(v, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)) + (v ^ Second4);
    }

    private static void Stage(ref float values, int length, int half)
    {
        for (var start = 0; start < length; start += 2 * half)
        {
            for (var i = start; i < start + half; i += 8)
            {
                var a = Vector256.LoadUnsafe(ref values, (nuint)i);
                var b = Vector256.LoadUnsafe(ref values, (nuint)(i + half));
                (a + b).StoreUnsafe(ref values, (nuint)i);
                (a - b).StoreUnsafe(ref values, (nuint)(i + half));
            }
        }
    }

    private static void TwoStages(ref float values, int length, int half)
    {
        for (var start = 0; start < length; start += 4 * half)
        {
            for (var i = start; i < start + half; i += 8)
            {
                var a = Vector256.LoadUnsafe(ref values, (nuint)i);
                var b = Vector256.LoadUnsafe(ref values, (nuint)(i + half));
                var c = Vector256.LoadUnsafe(ref values, (nuint)(i + (2 * half)));
                var d = Vector256.LoadUnsafe(ref values, (nuint)(i + (3 * half)));
                (a, b) = (a + b, a - b);
                (c, d) = (c + d, c - d);
                (a + c).StoreUnsafe(ref values, (nuint)i);
                (b + d).StoreUnsafe(ref values, (nuint)(i + half));
                (a - c).StoreUnsafe(ref values, (nuint)(i + (2 * half)));
                (b - d).StoreUnsafe(ref values, (nuint)(i + (3 * half)));
            }
        }
    }

    private static void Few(Span<float> values, float scale)
    {
        for (var half = 1; half < values.Length; half *= 2)
        {
            for (var i = 0; i < values.Length; i++)
            {
                if ((i & half) == 0)
                    (values[i], values[i + half]) = (values[i] + values[i + half], values[i] - values[i + half]);
            }
        }

        for (var i = 0; i < values.Length; i++)
            values[i] *= scale;
    }
}
