using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// Scores 8-bit floats without a table: an 8-bit float's exponent and mantissa, moved to where a float32 has them, are its
/// value over a power of two. The power is multiplied into the weights once a query.
/// </summary>
internal sealed class Float8Scorer : CodeScorer
{
    private readonly Float8Format _format;
    private readonly float[] _weights;
    private readonly float[] _lifted;
    private readonly float _size;
    private readonly bool _perVector;

    /// <summary>Prepares weights.</summary>
    /// <param name="format">What the codes are.</param>
    /// <param name="weights">What each dimension's value is multiplied with.</param>
    /// <param name="perVector">Whether a code begins with a factor, a float32.</param>
    public Float8Scorer(Float8Format format, float[] weights, bool perVector)
    {
        _format = format;
        _weights = weights;
        _perVector = perVector;
        // Weights of at most 1 times the power fit float32, whatever the query is.
        _size = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(weights));
        _lifted = new float[weights.Length];
        if (_size > 0)
        {
            TensorPrimitives.Divide(weights, _size, _lifted);
            TensorPrimitives.Multiply(_lifted, format.Lift, _lifted);
        }
    }

    /// <inheritdoc/>
    public override float Dot(ReadOnlySpan<byte> code) => _perVector
        ? BinaryPrimitives.ReadSingleLittleEndian(code) * Sum(code[sizeof(float)..])
        : Sum(code);

    private float Sum(ReadOnlySpan<byte> code)
    {
        code = code[.._weights.Length];
        var i = 0;
        var sum = 0f;
        ref var w = ref MemoryMarshal.GetArrayDataReference(_lifted);
        ref var c = ref MemoryMarshal.GetReference(code);
        if (Avx512F.IsSupported)
        {
            var s0 = Vector512<float>.Zero;
            var s1 = Vector512<float>.Zero;
            for (; i <= code.Length - 32; i += 32)
            {
                s0 = Vector512.FusedMultiplyAdd(Sixteen(ref c, i), Vector512.LoadUnsafe(ref w, (nuint)i), s0);
                s1 = Vector512.FusedMultiplyAdd(
                    Sixteen(ref c, i + 16), Vector512.LoadUnsafe(ref w, (nuint)i + 16), s1);
            }

            sum = Vector512.Sum(s0 + s1) * _size;
        }
        else if (Avx2.IsSupported)
        {
            var s0 = Vector256<float>.Zero;
            var s1 = Vector256<float>.Zero;
            for (; i <= code.Length - 16; i += 16)
            {
                s0 += Eight(ref c, i) * Vector256.LoadUnsafe(ref w, (nuint)i);
                s1 += Eight(ref c, i + 8) * Vector256.LoadUnsafe(ref w, (nuint)i + 8);
            }

            sum = Vector256.Sum(s0 + s1) * _size;
        }

        var values = _format.Values;
        for (; i < code.Length; i++)
            sum += _weights[i] * values[code[i]];
        return sum;
    }

    // Widened with their sign, which then stands on top as in a float32.
    private Vector512<float> Sixteen(ref byte codes, int at)
    {
        var wide = Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref codes, (nuint)at).AsSByte());
        return (Vector512.ShiftLeft(wide & Vector512.Create(0x7F), 23 - _format.MantissaBits)
            | (wide & Vector512.Create(int.MinValue))).AsSingle();
    }

    private Vector256<float> Eight(ref byte codes, int at)
    {
        var eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref codes, at));
        var wide = Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(eight).AsSByte());
        return (Vector256.ShiftLeft(wide & Vector256.Create(0x7F), 23 - _format.MantissaBits)
            | (wide & Vector256.Create(int.MinValue))).AsSingle();
    }
}
