namespace PgEmbed.Codecs.Quantizers;

/// <summary>Makes a code of a vector, and a vector near it of a code. Immutable, and safe to use from many threads.</summary>
public abstract class VectorQuantizer
{
    private protected VectorQuantizer(int dimensions)
    {
        if (dimensions is < 1 or > VectorSpace.MaxDimensions)
            throw new ArgumentOutOfRangeException(
                nameof(dimensions), dimensions, $"Expected 1 to {VectorSpace.MaxDimensions} dimensions.");
        Dimensions = dimensions;
    }

    /// <summary>The length of the vectors it takes.</summary>
    public int Dimensions { get; }

    /// <summary>The length of a code in bytes.</summary>
    public abstract int CodeBytes { get; }

    /// <summary>Its name in the catalog, SQL and the command line.</summary>
    public abstract string Name { get; }

    /// <summary>How its codes are read without it.</summary>
    public abstract CodeLayout Layout { get; }

    internal abstract QuantizerKind Kind { get; }

    /// <summary>
    /// Where its codes are bits that an index can compare: for each bit the dimension it is of, and the value above which it
    /// is set. Null where they are not.
    /// </summary>
    internal virtual IReadOnlyList<(int Dimension, float Cut)>? Signs => null;

    /// <summary>Makes a vector's code, the same bits on every processor.</summary>
    /// <param name="vector"><c>float[d]</c>, every value finite.</param>
    /// <param name="code">Where to: <c>byte[<see cref="CodeBytes"/>]</c>.</param>
    public abstract void Encode(ReadOnlySpan<float> vector, Span<byte> code);

    /// <summary>Makes the vector that a code stands for.</summary>
    /// <param name="code"><c>byte[<see cref="CodeBytes"/>]</c>.</param>
    /// <param name="vector">Where to: <c>float[d]</c>.</param>
    public abstract void Decode(ReadOnlySpan<byte> code, Span<float> vector);

    /// <summary>Prepares a query, full and not coded, for inner products with codes.</summary>
    /// <param name="query"><c>float[d]</c>.</param>
    public abstract CodeScorer Prepare(ReadOnlySpan<float> query);

    internal abstract void Write(CodecWriter writer);
}
