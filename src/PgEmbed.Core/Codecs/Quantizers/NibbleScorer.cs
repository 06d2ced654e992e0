using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// Scores codes of two 4-bit levels a byte. The processor's permutation looks sixteen levels up at once; without it each
/// level is looked up by itself.
/// </summary>
internal sealed class NibbleScorer : CodeScorer
{
    private readonly float[] _values;
    private readonly float[] _low;
    private readonly float[] _high;
    private readonly float _offset;

    /// <summary>Prepares weights.</summary>
    /// <param name="weights">What each dimension's value is multiplied with.</param>
    /// <param name="values">The values of the 16 levels; null for 0 to 15.</param>
    /// <param name="offset">What is added.</param>
    public NibbleScorer(float[] weights, float[]? values, float offset)
    {
        _values = values ?? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        _offset = offset;
        _low = new float[(weights.Length + 1) / 2];
        _high = new float[_low.Length];
        for (var i = 0; i < weights.Length; i++)
            ((i & 1) == 0 ? _low : _high)[i / 2] = weights[i];
    }

    /// <inheritdoc/>
    public override float Dot(ReadOnlySpan<byte> code)
    {
        code = code[.._low.Length];
        var i = 0;
        var sum = _offset;
        if (Avx512F.IsSupported)
        {
            ref var low = ref MemoryMarshal.GetArrayDataReference(_low);
            ref var high = ref MemoryMarshal.GetArrayDataReference(_high);
            ref var bytes = ref MemoryMarshal.GetReference(code);
            var values = Vector512.Create<float>(_values);
            var s0 = Vector512<float>.Zero;
            var s1 = Vector512<float>.Zero;
            for (; i <= code.Length - 16; i += 16)
            {
                // A permutation looks at the lower four bits of each place alone.
                var sixteen = Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref bytes, (nuint)i));
                s0 = Vector512.FusedMultiplyAdd(
                    Avx512F.PermuteVar16x32(values, sixteen), Vector512.LoadUnsafe(ref low, (nuint)i), s0);
                s1 = Vector512.FusedMultiplyAdd(
                    Avx512F.PermuteVar16x32(values, Vector512.ShiftRightLogical(sixteen, 4)),
                    Vector512.LoadUnsafe(ref high, (nuint)i),
                    s1);
            }

            sum += Vector512.Sum(s0 + s1);
        }

        float lows = 0, highs = 0;
        for (; i < code.Length; i++)
        {
            lows += _low[i] * _values[code[i] & 15];
            highs += _high[i] * _values[code[i] >> 4];
        }

        return sum + lows + highs;
    }
}
