using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// An 8-bit float of the OCP specification (Micikevicius et al. 2022, arXiv:2209.05433): a sign, some bits of exponent,
/// some of mantissa. Values round to the nearest, ties to the even code, and saturate at the largest finite value.
/// </summary>
internal sealed class Float8Format
{
    private readonly int _bias;
    private readonly byte _largestCode;
    private readonly float[] _values = new float[256];

    private Float8Format(string name, int mantissaBits, int bias, byte largestCode)
    {
        Name = name;
        MantissaBits = mantissaBits;
        _bias = bias;
        _largestCode = largestCode;
        for (var code = 0; code < 256; code++)
            _values[code] = Value((byte)code);
        Largest = _values[largestCode];
    }

    /// <summary>Four bits of exponent, three of mantissa, no infinities; up to 448.</summary>
    public static Float8Format E4M3 { get; } = new("fp8_e4m3", 3, 7, 0x7E);

    /// <summary>Five bits of exponent, two of mantissa; up to 57,344.</summary>
    public static Float8Format E5M2 { get; } = new("fp8_e5m2", 2, 15, 0x7B);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>How many bits of mantissa.</summary>
    public int MantissaBits { get; }

    /// <summary>What a code's bits, read as the upper bits of a float32, have to be multiplied with.</summary>
    public float Lift => MathF.ScaleB(1, 127 - _bias);

    /// <summary>The largest finite value.</summary>
    public float Largest { get; }

    /// <summary>The value of every code; that of the codes for NaN and infinity, which are never made, is 0.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The code nearest to a finite value.</summary>
    public byte Encode(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var sign = (byte)(bits >> 24 & 0x80);
        var magnitude = MathF.Abs(value);
        if (magnitude >= Largest)
            return (byte)(sign | _largestCode);
        // Below the smallest normal value the steps are all alike; above, the float's own bits are rounded.
        var smallestExponent = 1 - _bias;
        if (magnitude < MathF.ScaleB(1, smallestExponent))
        {
            var steps = MathF.Round(MathF.ScaleB(magnitude, MantissaBits - smallestExponent), MidpointRounding.ToEven);
            return (byte)(sign | (byte)steps);
        }

        var dropped = 23 - MantissaBits;
        var rounded = (bits & 0x7FFFFFFF) + (1u << (dropped - 1)) - 1 + (bits >> dropped & 1);
        var code = (rounded >> dropped) - (uint)((127 - _bias) << MantissaBits);
        return (byte)(sign | Math.Min(code, _largestCode));
    }

    /// <summary>The codes nearest to finite values, each as <see cref="Encode(float)"/> makes it.</summary>
    public void Encode(ReadOnlySpan<float> values, Span<byte> codes)
    {
        codes = codes[..values.Length];
        ref var from = ref MemoryMarshal.GetReference(values);
        ref var to = ref MemoryMarshal.GetReference(codes);
        var i = 0;
        for (; i <= values.Length - 16; i += 16)
        {
            var sixteen = Vector256.Narrow(
                Eight(Vector256.LoadUnsafe(ref from, (nuint)i)), Eight(Vector256.LoadUnsafe(ref from, (nuint)i + 8)));
            Vector128.Narrow(sixteen.GetLower(), sixteen.GetUpper()).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < values.Length; i++)
            codes[i] = Encode(values[i]);
    }

    // The steps of Encode, for eight values side by side.
    private Vector256<uint> Eight(Vector256<float> values)
    {
        var bits = values.AsUInt32();
        var sign = Vector256.ShiftRightLogical(bits, 24) & Vector256.Create(0x80u);
        var absolute = bits & Vector256.Create(0x7FFFFFFFu);
        var magnitude = absolute.AsSingle();
        var smallestExponent = 1 - _bias;
        var dropped = 23 - MantissaBits;
        var rounded = absolute + Vector256.Create((1u << (dropped - 1)) - 1)
            + (Vector256.ShiftRightLogical(absolute, dropped) & Vector256<uint>.One);
        var normal = Vector256.ShiftRightLogical(rounded, dropped)
            - Vector256.Create((uint)((127 - _bias) << MantissaBits));
        var steps = Vector256.ConvertToInt32(
            Vector256.Round(magnitude * MathF.ScaleB(1, MantissaBits - smallestExponent))).AsUInt32();
        var small = Vector256.LessThan(magnitude, Vector256.Create(MathF.ScaleB(1, smallestExponent))).AsUInt32();
        var code = Vector256.ConditionalSelect(small, steps, normal);
        var beyond = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(Largest)).AsUInt32();
        var largest = Vector256.Create((uint)_largestCode);
        return sign | Vector256.ConditionalSelect(beyond, largest, Vector256.Min(code, largest));
    }

    private float Value(byte code)
    {
        var magnitude = code & 0x7F;
        if (magnitude > _largestCode)
            return 0;
        var exponent = magnitude >> MantissaBits;
        var mantissa = magnitude & ((1 << MantissaBits) - 1);
        var value = exponent == 0
            ? MathF.ScaleB(mantissa, 1 - _bias - MantissaBits)
            : MathF.ScaleB(mantissa + (1 << MantissaBits), exponent - _bias - MantissaBits);
        return code >= 0x80 ? -value : value;
    }
}
