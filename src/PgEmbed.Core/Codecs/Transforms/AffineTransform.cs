using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Transforms;

/// <summary>
/// y = A(x − μ), and back x̂ = By + μ: centring, PCA, whitening, dense rotations and dense random projections all are of
/// this form. Without a matrix it only centres.
/// </summary>
public sealed class AffineTransform : VectorTransform
{
    private readonly float[]? _mean;
    private readonly float[]? _forward;
    private readonly float[]? _backwardTransposed;

    /// <summary>Creates a transform.</summary>
    /// <param name="name">What it is, for people: <c>pca</c>, <c>rotate</c>; part of the fingerprint.</param>
    /// <param name="inputDimensions">n, the length of the vectors it takes.</param>
    /// <param name="outputDimensions">m, the length of the vectors it makes.</param>
    /// <param name="mean">μ: <c>float[n]</c>, or null for zeros.</param>
    /// <param name="forward">A: <c>float[m × n]</c>, row-major; null for the identity.</param>
    /// <param name="backwardTransposed">
    /// Bᵀ: <c>float[m × n]</c>, row-major; null where it is A itself, as for orthonormal rows.
    /// </param>
    /// <exception cref="ArgumentException">A length does not fit, or a value is not finite.</exception>
    public AffineTransform(
        string name,
        int inputDimensions,
        int outputDimensions,
        float[]? mean,
        float[]? forward,
        float[]? backwardTransposed = null)
        : base(inputDimensions, outputDimensions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Check(mean, inputDimensions, nameof(mean));
        Check(forward, inputDimensions * outputDimensions, nameof(forward));
        Check(backwardTransposed, inputDimensions * outputDimensions, nameof(backwardTransposed));
        if (forward is null && (inputDimensions != outputDimensions || backwardTransposed is not null))
            throw new ArgumentException(
                $"Expected a matrix from {inputDimensions} to {outputDimensions} dimensions, got none.",
                nameof(forward));
        Name = name;
        _mean = mean;
        _forward = forward;
        _backwardTransposed = backwardTransposed;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    internal override TransformKind Kind => TransformKind.Affine;

    /// <summary>Takes a mean away and does nothing else.</summary>
    /// <param name="mean"><c>float[n]</c>.</param>
    public static AffineTransform Centre(float[] mean)
    {
        ArgumentNullException.ThrowIfNull(mean);
        return new AffineTransform("centre", mean.Length, mean.Length, mean, null);
    }

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<float> vector, Span<float> transformed)
    {
        if (_forward is null)
        {
            Subtract(vector, transformed);
        }
        else if (_mean is null)
        {
            FixedOrder.Multiply(_forward, vector[..InputDimensions], transformed[..OutputDimensions]);
        }
        else
        {
            using var centred = new Scratch(InputDimensions);
            Subtract(vector, centred.Span);
            FixedOrder.Multiply(_forward, centred.Span, transformed[..OutputDimensions]);
        }
    }

    /// <inheritdoc/>
    public override void Invert(ReadOnlySpan<float> transformed, Span<float> vector)
    {
        vector = vector[..InputDimensions];
        if (_forward is null)
        {
            transformed[..OutputDimensions].CopyTo(vector);
        }
        else
        {
            // By is a sum of B's columns, which are the rows of its transpose.
            vector.Clear();
            var columns = (_backwardTransposed ?? _forward).AsSpan();
            for (var i = 0; i < OutputDimensions; i++)
                TensorPrimitives.MultiplyAdd(
                    columns.Slice(i * InputDimensions, InputDimensions), transformed[i], vector, vector);
        }

        if (_mean is not null)
            TensorPrimitives.Add(vector, _mean, vector);
    }

    /// <inheritdoc/>
    public override float MapQuery(ReadOnlySpan<float> query, Span<float> mapped)
    {
        query = query[..InputDimensions];
        if (_forward is null)
            query.CopyTo(mapped);
        else
            FixedOrder.Multiply(_backwardTransposed ?? _forward, query, mapped[..OutputDimensions]);
        return _mean is null ? 0 : FixedOrder.Dot(query, _mean);
    }

    internal override void Write(CodecWriter writer)
    {
        writer.Write(Name);
        writer.Write(InputDimensions);
        writer.Write(OutputDimensions);
        writer.WriteOptional(_mean);
        writer.WriteOptional(_forward);
        writer.WriteOptional(_backwardTransposed);
    }

    internal static AffineTransform Read(CodecReader reader)
    {
        var name = reader.ReadText();
        var (input, output) = (reader.ReadDimensions(), reader.ReadDimensions());
        var mean = reader.ReadOptionalFloats(input);
        var forward = reader.ReadOptionalFloats((long)input * output);
        var backward = reader.ReadOptionalFloats((long)input * output);
        CodecReader.Require(
            name.Length > 0 && (forward is not null || (input == output && backward is null)),
            "a matrix of an affine transform that changes dimensions");
        return new AffineTransform(name, input, output, mean, forward, backward);
    }

    private void Subtract(ReadOnlySpan<float> vector, Span<float> difference)
    {
        if (_mean is null)
            vector[..InputDimensions].CopyTo(difference);
        else
            TensorPrimitives.Subtract(vector[..InputDimensions], _mean, difference);
    }

    private static void Check(float[]? values, int length, string name)
    {
        if (values is null)
            return;
        if (values.Length != length)
            throw new ArgumentException($"Expected {length} values, got {values.Length}.", name);
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException($"Expected finite values, got {value}.", name);
        }
    }
}
