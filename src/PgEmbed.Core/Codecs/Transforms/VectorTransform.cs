namespace PgEmbed.Codecs.Transforms;

/// <summary>
/// One step from a vector to what is quantized: fitted on a sample where it has to be, and then fixed. Immutable, and
/// safe to use from many threads.
/// </summary>
/// <remarks>
/// A distance is taken between a query as it is and the vector that a code stands for, x̂ = <see cref="Invert"/>(ŷ). Every
/// transform here is affine, so ⟨q, x̂⟩ = ⟨q′, ŷ⟩ + c with q′ and c of the query alone: <see cref="MapQuery"/> makes them
/// once a query, and scoring never leaves the coded side.
/// </remarks>
public abstract class VectorTransform
{
    private protected VectorTransform(int inputDimensions, int outputDimensions)
    {
        CheckDimensions(inputDimensions, nameof(inputDimensions));
        CheckDimensions(outputDimensions, nameof(outputDimensions));
        InputDimensions = inputDimensions;
        OutputDimensions = outputDimensions;
    }

    /// <summary>The length of the vectors it takes.</summary>
    public int InputDimensions { get; }

    /// <summary>The length of the vectors it makes.</summary>
    public int OutputDimensions { get; }

    /// <summary>Its name, as a codec's description has it.</summary>
    public abstract string Name { get; }

    /// <summary>Transforms a vector.</summary>
    /// <param name="vector"><c>float[<see cref="InputDimensions"/>]</c>.</param>
    /// <param name="transformed">Where to: <c>float[<see cref="OutputDimensions"/>]</c>; must not overlap.</param>
    public abstract void Apply(ReadOnlySpan<float> vector, Span<float> transformed);

    /// <summary>Transforms back, as near as what was left out allows.</summary>
    /// <param name="transformed"><c>float[<see cref="OutputDimensions"/>]</c>.</param>
    /// <param name="vector">Where to: <c>float[<see cref="InputDimensions"/>]</c>; must not overlap.</param>
    public abstract void Invert(ReadOnlySpan<float> transformed, Span<float> vector);

    /// <summary>Maps a query so that its inner product with <see cref="Invert"/>ed vectors needs no inversion.</summary>
    /// <param name="query">q: <c>float[<see cref="InputDimensions"/>]</c>.</param>
    /// <param name="mapped">Where q′ goes: <c>float[<see cref="OutputDimensions"/>]</c>; must not overlap.</param>
    /// <returns>c, so that ⟨q, Invert(y)⟩ = ⟨q′, y⟩ + c for every y.</returns>
    public abstract float MapQuery(ReadOnlySpan<float> query, Span<float> mapped);

    internal abstract TransformKind Kind { get; }

    internal abstract void Write(CodecWriter writer);

    private static void CheckDimensions(int dimensions, string name)
    {
        if (dimensions is < 1 or > VectorSpace.MaxDimensions)
            throw new ArgumentOutOfRangeException(
                name, dimensions, $"Expected 1 to {VectorSpace.MaxDimensions} dimensions.");
    }
}
