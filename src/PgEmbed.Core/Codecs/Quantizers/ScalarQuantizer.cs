using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// Scalar integers: each value becomes the nearest of 256 (<c>sq8</c>) or 16 (<c>sq4</c>) equal steps of a range. Two
/// values of <c>sq4</c> share a byte, the first in its low half.
/// </summary>
public sealed class ScalarQuantizer : VectorQuantizer
{
    private readonly bool _packed;
    private readonly float[] _lows;
    private readonly float[] _steps;

    private ScalarQuantizer(bool packed, ScalarCalibration calibration, float[] lows, float[] steps)
        : base(lows.Length)
    {
        _packed = packed;
        Calibration = calibration;
        _lows = lows;
        _steps = steps;
    }

    /// <summary>What range the steps divide.</summary>
    public ScalarCalibration Calibration { get; }

    /// <inheritdoc/>
    public override int CodeBytes => _packed ? (Dimensions + 1) / 2 : Dimensions;

    /// <inheritdoc/>
    public override string Name => _packed ? "sq4" : "sq8";

    /// <inheritdoc/>
    public override CodeLayout Layout => new([.. Enumerable.Range(0, Levels).Select(level => (float)level)])
    {
        Lows = _lows,
        Steps = _steps,
    };

    internal override QuantizerKind Kind => _packed ? QuantizerKind.Scalar4 : QuantizerKind.Scalar8;

    private int Levels => LevelCount(_packed);

    /// <summary><c>sq8</c> over −1 to 1, without a sample.</summary>
    public static ScalarQuantizer Fixed8(int dimensions) => Fixed(dimensions, packed: false);

    /// <summary><c>sq4</c> over −1 to 1, without a sample.</summary>
    public static ScalarQuantizer Fixed4(int dimensions) => Fixed(dimensions, packed: true);

    /// <summary>Fits <c>sq8</c>.</summary>
    /// <param name="sample">What is to be quantized, <c>float[n × d]</c>; at least one vector.</param>
    /// <param name="calibration">What range the steps divide.</param>
    /// <exception cref="PgEmbedException">The sample is empty, or a value is not finite.</exception>
    public static ScalarQuantizer Fit8(
        VectorBlock sample, ScalarCalibration calibration = ScalarCalibration.PerDimension) =>
        Fit(sample, calibration, packed: false);

    /// <summary>Fits <c>sq4</c>.</summary>
    /// <inheritdoc cref="Fit8"/>
    public static ScalarQuantizer Fit4(
        VectorBlock sample, ScalarCalibration calibration = ScalarCalibration.PerDimension) =>
        Fit(sample, calibration, packed: true);

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        vector = vector[..Dimensions];
        if (!_packed)
        {
            WriteLevels(vector, code[..Dimensions]);
            return;
        }

        var levels = ArrayPool<byte>.Shared.Rent(Dimensions);
        WriteLevels(vector, levels.AsSpan(0, Dimensions));
        for (var i = 0; i < Dimensions; i += 2)
            code[i / 2] = (byte)(levels[i] | ((i + 1 < Dimensions ? levels[i + 1] : 0) << 4));
        ArrayPool<byte>.Shared.Return(levels);
    }

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        for (var i = 0; i < Dimensions; i++)
        {
            var level = _packed ? code[i / 2] >> (4 * (i & 1)) & 15 : code[i];
            vector[i] = _lows[i] + (_steps[i] * level);
        }
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query)
    {
        // ⟨q, low + step · level⟩ = ⟨q, low⟩ + ⟨q · step, level⟩.
        query = query[..Dimensions];
        var weights = new float[Dimensions];
        TensorPrimitives.Multiply(query, _steps, weights);
        var offset = TensorPrimitives.Dot(query, _lows);
        return _packed ? new NibbleScorer(weights, null, offset) : new ByteScorer(weights, offset);
    }

    internal override void Write(CodecWriter writer)
    {
        writer.Write(Dimensions);
        writer.Write((byte)Calibration);
        writer.Write(_lows.AsSpan());
        writer.Write(_steps.AsSpan());
    }

    internal static ScalarQuantizer Read(CodecReader reader, bool packed)
    {
        var dimensions = reader.ReadDimensions();
        var calibration = (ScalarCalibration)reader.ReadByte();
        CodecReader.Require(Enum.IsDefined(calibration), "a calibration of scalar integers");
        var lows = reader.ReadFloats(dimensions);
        var steps = reader.ReadFloats(dimensions);
        foreach (var step in steps)
            CodecReader.Require(step > 0, $"steps above 0, got {step}");
        return new ScalarQuantizer(packed, calibration, lows, steps);
    }

    private static ScalarQuantizer Fixed(int dimensions, bool packed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        return Uniform(dimensions, packed, ScalarCalibration.Fixed, ScalarRange.Between(-1, 1, LevelCount(packed)));
    }

    private static ScalarQuantizer Fit(VectorBlock sample, ScalarCalibration calibration, bool packed)
    {
        QuantizerSample.Check(sample);
        var levels = LevelCount(packed);
        switch (calibration)
        {
            case ScalarCalibration.Fixed:
                return Fixed(sample.Dimensions, packed);
            case ScalarCalibration.Global:
                var all = sample.Values.ToArray();
                Array.Sort(all);
                return Uniform(sample.Dimensions, packed, calibration, ScalarRange.Fit(all, levels));
            case ScalarCalibration.PerDimension:
                var ranges = new ScalarRange[sample.Dimensions];
                Parallel.For(0, ranges.Length, i => ranges[i] = ScalarRange.Fit(QuantizerSample.Sorted(sample, i), levels));
                return new ScalarQuantizer(
                    packed,
                    calibration,
                    Array.ConvertAll(ranges, range => range.Low),
                    Array.ConvertAll(ranges, range => range.Step));
            default:
                throw new ArgumentOutOfRangeException(nameof(calibration), calibration, "Not a calibration.");
        }
    }

    private static ScalarQuantizer Uniform(
        int dimensions, bool packed, ScalarCalibration calibration, ScalarRange range)
    {
        var (lows, steps) = (new float[dimensions], new float[dimensions]);
        Array.Fill(lows, range.Low);
        Array.Fill(steps, range.Step);
        return new ScalarQuantizer(packed, calibration, lows, steps);
    }

    private static int LevelCount(bool packed) => packed ? 16 : 256;

    // As ScalarRange.LevelOf does it, sixteen values side by side.
    private void WriteLevels(ReadOnlySpan<float> vector, Span<byte> levels)
    {
        ref var values = ref MemoryMarshal.GetReference(vector);
        ref var lows = ref MemoryMarshal.GetArrayDataReference(_lows);
        ref var steps = ref MemoryMarshal.GetArrayDataReference(_steps);
        ref var to = ref MemoryMarshal.GetReference(levels);
        var most = Vector256.Create((float)(Levels - 1));
        var i = 0;
        for (; i <= vector.Length - 16; i += 16)
        {
            var sixteen = Vector256.Narrow(
                Eight(ref values, ref lows, ref steps, i, most), Eight(ref values, ref lows, ref steps, i + 8, most));
            Vector128.Narrow(sixteen.GetLower(), sixteen.GetUpper()).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < vector.Length; i++)
            levels[i] = (byte)new ScalarRange(_lows[i], _steps[i]).LevelOf(vector[i], Levels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Eight(
        ref float values, ref float lows, ref float steps, int at, Vector256<float> most)
    {
        var places = (Vector256.LoadUnsafe(ref values, (nuint)at) - Vector256.LoadUnsafe(ref lows, (nuint)at))
            / Vector256.LoadUnsafe(ref steps, (nuint)at);
        return Vector256.ConvertToInt32(
            Vector256.Min(Vector256.Max(Vector256.Round(places), Vector256<float>.Zero), most)).AsUInt32();
    }

    private sealed class ByteScorer(float[] weights, float offset) : CodeScorer
    {
        public override float Dot(ReadOnlySpan<byte> code) => offset + ByteWeights.Dot(weights, code);

        public override void Dot(ReadOnlySpan<byte> codes, int stride, Span<float> products)
        {
            for (var i = 0; i < products.Length; i++)
                products[i] = offset + ByteWeights.Dot(weights, codes[(i * stride)..]);
        }
    }
}
