using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>Sums of weights times unsigned bytes, the inner loop of scoring 8-bit codes.</summary>
internal static class ByteWeights
{
    /// <summary>Σ weights[i] · bytes[i].</summary>
    public static float Dot(ReadOnlySpan<float> weights, ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..weights.Length];
        ref var w = ref MemoryMarshal.GetReference(weights);
        ref var b = ref MemoryMarshal.GetReference(bytes);
        var i = 0;
        var sum = 0f;
        if (Avx512F.IsSupported && weights.Length >= 32)
        {
            var s0 = Vector512<float>.Zero;
            var s1 = Vector512<float>.Zero;
            for (; i <= weights.Length - 32; i += 32)
            {
                s0 = Vector512.FusedMultiplyAdd(
                    Sixteen(ref b, i), Vector512.LoadUnsafe(ref w, (nuint)i), s0);
                s1 = Vector512.FusedMultiplyAdd(
                    Sixteen(ref b, i + 16), Vector512.LoadUnsafe(ref w, (nuint)i + 16), s1);
            }

            sum = Vector512.Sum(s0 + s1);
        }
        else if (Avx2.IsSupported && weights.Length >= 16)
        {
            var s0 = Vector256<float>.Zero;
            var s1 = Vector256<float>.Zero;
            for (; i <= weights.Length - 16; i += 16)
            {
                s0 += Eight(ref b, i) * Vector256.LoadUnsafe(ref w, (nuint)i);
                s1 += Eight(ref b, i + 8) * Vector256.LoadUnsafe(ref w, (nuint)i + 8);
            }

            sum = Vector256.Sum(s0 + s1);
        }
        else
        {
            // Four sums, so that one addition need not wait for the one before.
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (; i <= weights.Length - 4; i += 4)
            {
                s0 += weights[i] * bytes[i];
                s1 += weights[i + 1] * bytes[i + 1];
                s2 += weights[i + 2] * bytes[i + 2];
                s3 += weights[i + 3] * bytes[i + 3];
            }

            sum = s0 + s1 + (s2 + s3);
        }

        for (; i < weights.Length; i++)
            sum += weights[i] * bytes[i];
        return sum;
    }

    private static Vector512<float> Sixteen(ref byte bytes, int at) => Vector512.ConvertToSingle(
        Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref bytes, (nuint)at)));

    private static Vector256<float> Eight(ref byte bytes, int at) => Vector256.ConvertToSingle(
        Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(
            System.Runtime.CompilerServices.Unsafe.ReadUnaligned<ulong>(
                ref System.Runtime.CompilerServices.Unsafe.Add(ref bytes, at))).AsByte()));
}
