using System.Globalization;
using PgEmbed.Codecs.Fitting;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Codecs.Transforms;

namespace PgEmbed.Codecs;

/// <summary>
/// What a codec is to be, before it is fitted: steps with their settings, as in <c>pca:128 fp8_e4m3</c> or
/// <c>centre hadamard bit</c>. The last step is the quantizer.
/// </summary>
/// <remarks>
/// <para>
/// Transforms: <c>truncate:M</c>, <c>quarter</c>, <c>centre</c>, <c>pca:M</c> (about zero), <c>pca-centred:M</c>,
/// <c>whiten:M</c>, <c>hadamard</c> and <c>hadamard:M</c>, <c>rotate-dense</c>, <c>gaussian:M</c>, <c>sparse-projection:M</c>,
/// <c>normalize</c> (under cosine, behind a step that shortens).
/// </para>
/// <para>
/// Quantizers: <c>f32</c>, <c>f16</c>, <c>fp8_e4m3</c> and <c>fp8_e5m2</c> (<c>:global</c>, <c>:vector</c>,
/// <c>:dimension</c>), <c>sq8</c> and <c>sq4</c> (<c>:fixed</c>, <c>:global</c>, <c>:dimension</c>), <c>nq4</c>, <c>bit</c>,
/// <c>mbit2</c> to <c>mbit4</c>, <c>rabitq</c>, <c>pq:BYTES</c>, <c>opq:BYTES</c>.
/// </para>
/// </remarks>
public sealed class CodecRecipe
{
    private readonly List<CodecStep> _steps;

    private CodecRecipe(List<CodecStep> steps) => _steps = steps;

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="FormatException">A step is not known, misses its number, or stands where it can't.</exception>
    public static CodecRecipe Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var steps = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(CodecStep.Parse).ToList();
        if (steps.Count == 0)
            throw new FormatException("Expected a codec's steps, such as 'pca:128 sq8', got none.");
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].IsQuantizer != (i == steps.Count - 1))
                throw new FormatException(
                    $"Expected transforms and then one quantizer, got '{steps[i].Name}' as step {i + 1} of {steps.Count}.");
        }

        return new CodecRecipe(steps);
    }

    /// <summary>Fits every step to what the ones before make of a sample.</summary>
    /// <param name="sample"><c>float[n × d]</c>, of the vectors as the model gives them; at least one.</param>
    /// <param name="metric">How they are compared.</param>
    /// <param name="seed">Chooses rotations, projections and starts.</param>
    /// <exception cref="PgEmbedException">
    /// The sample is empty, a vector of it can't be coded, or a step keeps more dimensions than there are.
    /// </exception>
    public VectorCodec Fit(VectorBlock sample, DistanceMetric metric, ulong seed = 1)
    {
        QuantizerSample.Check(sample);
        if (metric != DistanceMetric.Cosine && _steps.Exists(step => step.Name == "normalize"))
            throw new PgEmbedException(
                $"Expected metric cosine for a codec that normalizes, got {metric.ToName()}.", "Leave 'normalize' out.");
        var dimensions = sample.Dimensions;
        sample = Start(sample, metric);
        var transforms = new List<VectorTransform>();
        foreach (var step in _steps[..^1])
            sample = Add(transforms, Transform(step, sample, seed + (ulong)transforms.Count), sample);
        var last = _steps[^1];
        if (last.Name == "opq")
        {
            var (rotation, opq) = OptimizedProduct.Fit(sample, last.NumberUpTo(sample.Dimensions), seed: seed);
            transforms.Add(rotation);
            return new VectorCodec(metric, dimensions, transforms, opq);
        }

        return new VectorCodec(metric, dimensions, transforms, Quantizer(last, sample, seed));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', _steps);

    private static VectorBlock Start(VectorBlock sample, DistanceMetric metric)
    {
        // As the codec itself begins: the check, and the length of 1 under cosine.
        var exact = new VectorCodec(metric, sample.Dimensions, [], new Float32Quantizer(sample.Dimensions));
        var started = new VectorBlock(sample.Count, sample.Dimensions);
        var code = new byte[exact.CodeBytes];
        for (var i = 0; i < sample.Count; i++)
        {
            exact.Encode(sample[i].Span, code);
            exact.Decode(code, started.Row(i));
        }

        return started;
    }

    private static VectorBlock Add(List<VectorTransform> transforms, VectorTransform transform, VectorBlock sample)
    {
        transforms.Add(transform);
        var transformed = new VectorBlock(sample.Count, transform.OutputDimensions);
        Parallel.For(0, sample.Count, i => transform.Apply(sample[i].Span, transformed.Row(i)));
        return transformed;
    }

    private static VectorTransform Transform(CodecStep step, VectorBlock sample, ulong seed)
    {
        var d = sample.Dimensions;
        return step.Name switch
        {
            "truncate" => new Truncation(d, step.NumberUpTo(d)),
            "quarter" => Truncation.FirstQuarter(d),
            "centre" => LinearFit.Centring(sample),
            "pca" => LinearFit.Pca(sample, step.NumberUpTo(d)),
            "pca-centred" => LinearFit.Pca(sample, step.NumberUpTo(d), centred: true),
            "whiten" => LinearFit.Whitening(sample, step.NumberUpTo(d)),
            "hadamard" when step.Setting is not null =>
                new HadamardFrame(d, step.NumberUpTo(VectorSpace.MaxDimensions), seed),
            "hadamard" => new HadamardRotation(d, seed),
            "rotate-dense" => LinearFit.Rotation(d, seed),
            "gaussian" => LinearFit.GaussianProjection(d, step.NumberUpTo(d), seed),
            "normalize" => new Normalization(d),
            _ => new SparseProjection(d, step.NumberUpTo(d), seed),
        };
    }

    private static VectorQuantizer Quantizer(CodecStep step, VectorBlock sample, ulong seed)
    {
        var d = sample.Dimensions;
        return step.Name switch
        {
            "f32" => new Float32Quantizer(d),
            "f16" => new Float16Quantizer(d),
            "fp8_e4m3" => Float8Quantizer.FitE4M3(sample, ScaleOf(step)),
            "fp8_e5m2" => Float8Quantizer.FitE5M2(sample, ScaleOf(step)),
            "sq8" => ScalarQuantizer.Fit8(sample, CalibrationOf(step)),
            "sq4" => ScalarQuantizer.Fit4(sample, CalibrationOf(step)),
            "nq4" => new NormalGridQuantizer(d),
            "bit" => BitQuantizer.Fit(sample),
            "rabitq" => new RaBitQQuantizer(d),
            "pq" => ProductQuantizer.Fit(sample, step.NumberUpTo(d), seed: seed),
            _ => new MultiBitQuantizer(d, int.Parse(step.Name.AsSpan(4), CultureInfo.InvariantCulture)),
        };
    }

    private static Float8Scale ScaleOf(CodecStep step) => step.Setting switch
    {
        "vector" => Float8Scale.PerVector,
        "dimension" => Float8Scale.PerDimension,
        _ => Float8Scale.Global,
    };

    private static ScalarCalibration CalibrationOf(CodecStep step) => step.Setting switch
    {
        "fixed" => ScalarCalibration.Fixed,
        "global" => ScalarCalibration.Global,
        _ => ScalarCalibration.PerDimension,
    };
}
