namespace PgEmbed.Codecs.Transforms;

/// <summary>
/// Keeps the first dimensions: Matryoshka truncation (Kusupati et al. 2022, arXiv:2205.13147). Of a model that was not
/// trained for it the first quarter is the plain 'keep-first' baseline.
/// </summary>
public sealed class Truncation : VectorTransform
{
    /// <summary>Creates a truncation.</summary>
    /// <param name="inputDimensions">The length of the vectors.</param>
    /// <param name="outputDimensions">How many dimensions are kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">It keeps none, or more than there are.</exception>
    public Truncation(int inputDimensions, int outputDimensions)
        : base(inputDimensions, outputDimensions) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputDimensions, inputDimensions);

    /// <inheritdoc/>
    public override string Name => "truncate";

    internal override TransformKind Kind => TransformKind.Truncation;

    /// <summary>Keeps the first quarter of the dimensions, at least one.</summary>
    public static Truncation FirstQuarter(int inputDimensions) => new(inputDimensions, Math.Max(1, inputDimensions / 4));

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<float> vector, Span<float> transformed) =>
        vector[..OutputDimensions].CopyTo(transformed);

    /// <inheritdoc/>
    /// <remarks>What was cut off comes back as zeros.</remarks>
    public override void Invert(ReadOnlySpan<float> transformed, Span<float> vector)
    {
        transformed[..OutputDimensions].CopyTo(vector);
        vector[OutputDimensions..InputDimensions].Clear();
    }

    /// <inheritdoc/>
    public override float MapQuery(ReadOnlySpan<float> query, Span<float> mapped)
    {
        Apply(query, mapped);
        return 0;
    }

    internal override void Write(CodecWriter writer)
    {
        writer.Write(InputDimensions);
        writer.Write(OutputDimensions);
    }

    internal static Truncation Read(CodecReader reader)
    {
        var (input, output) = (reader.ReadDimensions(), reader.ReadDimensions());
        CodecReader.Require(output <= input, $"a truncation to at most {input} dimensions, got {output}");
        return new Truncation(input, output);
    }
}
