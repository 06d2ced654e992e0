using System.Buffers.Binary;
using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// 8-bit floats, <c>fp8_e4m3</c> or <c>fp8_e5m2</c>, under a scale that brings the values into their range; beyond it they
/// saturate.
/// </summary>
public sealed class Float8Quantizer : VectorQuantizer
{
    private const float MinNormal = 1.17549435e-38f;

    private readonly Float8Format _format;
    private readonly float[] _scales;

    private Float8Quantizer(int dimensions, Float8Format format, Float8Scale scale, float[] scales)
        : base(dimensions)
    {
        _format = format;
        Scale = scale;
        _scales = scales;
    }

    /// <summary>What scales the values.</summary>
    public Float8Scale Scale { get; }

    /// <inheritdoc/>
    public override int CodeBytes => Header + Dimensions;

    /// <inheritdoc/>
    public override string Name => _format.Name;

    /// <inheritdoc/>
    public override CodeLayout Layout => new(_format.Values.ToArray())
    {
        HasFactor = Scale == Float8Scale.PerVector,
        Steps = Scale switch
        {
            Float8Scale.PerVector => null,
            Float8Scale.PerDimension => _scales,
            _ => [.. Enumerable.Repeat(_scales[0], Dimensions)],
        },
    };

    internal override QuantizerKind Kind => QuantizerKind.Float8;

    private int Header => Scale == Float8Scale.PerVector ? sizeof(float) : 0;

    /// <summary>Fits <c>fp8_e4m3</c>: three bits of mantissa.</summary>
    /// <param name="sample">What is to be quantized, <c>float[n × d]</c>; at least one vector.</param>
    /// <param name="scale">What scales the values.</param>
    public static Float8Quantizer FitE4M3(VectorBlock sample, Float8Scale scale = Float8Scale.Global) =>
        Fit(sample, Float8Format.E4M3, scale);

    /// <summary>Fits <c>fp8_e5m2</c>: two bits of mantissa, a wider range.</summary>
    /// <inheritdoc cref="FitE4M3"/>
    public static Float8Quantizer FitE5M2(VectorBlock sample, Float8Scale scale = Float8Scale.Global) =>
        Fit(sample, Float8Format.E5M2, scale);

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        vector = vector[..Dimensions];
        using var scaled = new Scratch(Dimensions);
        if (Scale == Float8Scale.PerVector)
        {
            // A factor below float32's normal numbers is not exact enough to divide by: such a vector is as good as zero.
            var factor = MaxMagnitude(vector) / _format.Largest;
            factor = factor >= MinNormal ? factor : 0;
            BinaryPrimitives.WriteSingleLittleEndian(code, factor);
            if (factor == 0)
                scaled.Span.Clear();
            else
                TensorPrimitives.Divide(vector, factor, scaled.Span);
        }
        else if (Scale == Float8Scale.PerDimension)
        {
            TensorPrimitives.Divide(vector, _scales, scaled.Span);
        }
        else
        {
            TensorPrimitives.Divide(vector, _scales[0], scaled.Span);
        }

        _format.Encode(scaled.Span, code[Header..]);
    }

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        vector = vector[..Dimensions];
        if (Scale == Float8Scale.PerVector)
        {
            var factor = BinaryPrimitives.ReadSingleLittleEndian(code);
            Look(code[Header..], vector);
            TensorPrimitives.Multiply(vector, factor, vector);
            return;
        }

        Look(code, vector);
        if (Scale == Float8Scale.PerDimension)
            TensorPrimitives.Multiply(vector, _scales, vector);
        else
            TensorPrimitives.Multiply(vector, _scales[0], vector);
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query)
    {
        var weights = query[..Dimensions].ToArray();
        if (Scale == Float8Scale.PerDimension)
            TensorPrimitives.Multiply(weights, _scales, weights);
        else if (Scale == Float8Scale.Global)
            TensorPrimitives.Multiply(weights, _scales[0], weights);
        return new Float8Scorer(_format, weights, Scale == Float8Scale.PerVector);
    }

    internal override void Write(CodecWriter writer)
    {
        writer.Write(Dimensions);
        writer.Write((byte)(_format == Float8Format.E4M3 ? 0 : 1));
        writer.Write((byte)Scale);
        writer.Write(_scales.AsSpan());
    }

    internal static Float8Quantizer Read(CodecReader reader)
    {
        var dimensions = reader.ReadDimensions();
        var format = reader.ReadByte();
        var scale = (Float8Scale)reader.ReadByte();
        CodecReader.Require(format <= 1 && Enum.IsDefined(scale), "a format and scale of 8-bit floats");
        var scales = reader.ReadFloats(scale switch
        {
            Float8Scale.PerVector => 0,
            Float8Scale.PerDimension => dimensions,
            _ => 1,
        });
        foreach (var value in scales)
            CodecReader.Require(value > 0, $"scales above 0, got {value}");
        return new Float8Quantizer(dimensions, format == 0 ? Float8Format.E4M3 : Float8Format.E5M2, scale, scales);
    }

    private static Float8Quantizer Fit(VectorBlock sample, Float8Format format, Float8Scale scale)
    {
        QuantizerSample.Check(sample);
        // The largest value of the sample comes to a quarter of the range, since later ones may be larger; nothing is
        // lost by it but steps near zero, of which floats have plenty.
        float ScaleOf(float largest) => largest > 0 ? largest * 4 / format.Largest : 1;
        float[] scales = scale switch
        {
            Float8Scale.PerVector => [],
            Float8Scale.PerDimension => [.. QuantizerSample.MaxMagnitudes(sample).Select(ScaleOf)],
            Float8Scale.Global => [ScaleOf(MaxMagnitude(sample.Values.Span))],
            _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Not a scale of 8-bit floats."),
        };
        return new Float8Quantizer(sample.Dimensions, format, scale, scales);
    }

    private static float MaxMagnitude(ReadOnlySpan<float> values) =>
        MathF.Abs(TensorPrimitives.MaxMagnitude(values));

    private void Look(ReadOnlySpan<byte> code, Span<float> vector)
    {
        var values = _format.Values;
        for (var i = 0; i < vector.Length; i++)
            vector[i] = values[code[i]];
    }
}
