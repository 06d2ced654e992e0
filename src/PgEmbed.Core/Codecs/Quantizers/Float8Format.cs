namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// An 8-bit float of the OCP specification (Micikevicius et al. 2022, arXiv:2209.05433): a sign, some bits of exponent,
/// some of mantissa. Values round to the nearest, ties to the even code, and saturate at the largest finite value.
/// </summary>
internal sealed class Float8Format
{
    private readonly int _mantissaBits;
    private readonly int _bias;
    private readonly byte _largestCode;
    private readonly float[] _values = new float[256];

    private Float8Format(string name, int mantissaBits, int bias, byte largestCode)
    {
        Name = name;
        _mantissaBits = mantissaBits;
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
            var steps = MathF.Round(MathF.ScaleB(magnitude, _mantissaBits - smallestExponent), MidpointRounding.ToEven);
            return (byte)(sign | (byte)steps);
        }

        var dropped = 23 - _mantissaBits;
        var rounded = (bits & 0x7FFFFFFF) + (1u << (dropped - 1)) - 1 + (bits >> dropped & 1);
        var code = (rounded >> dropped) - (uint)((127 - _bias) << _mantissaBits);
        return (byte)(sign | Math.Min(code, _largestCode));
    }

    private float Value(byte code)
    {
        var magnitude = code & 0x7F;
        if (magnitude > _largestCode)
            return 0;
        var exponent = magnitude >> _mantissaBits;
        var mantissa = magnitude & ((1 << _mantissaBits) - 1);
        var value = exponent == 0
            ? MathF.ScaleB(mantissa, 1 - _bias - _mantissaBits)
            : MathF.ScaleB(mantissa + (1 << _mantissaBits), exponent - _bias - _mantissaBits);
        return code >= 0x80 ? -value : value;
    }
}
