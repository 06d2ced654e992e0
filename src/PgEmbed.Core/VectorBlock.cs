namespace PgEmbed;

/// <summary>Many vectors of one length in one piece of memory: <c>float[n × d]</c>, row-major.</summary>
public sealed class VectorBlock
{
    private readonly float[] _values;

    /// <summary>Creates a block of zeros.</summary>
    /// <param name="count">How many vectors.</param>
    /// <param name="dimensions">The length of each.</param>
    public VectorBlock(int count, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        Count = count;
        Dimensions = dimensions;
        _values = new float[checked(count * dimensions)];
    }

    /// <summary>How many vectors.</summary>
    public int Count { get; }

    /// <summary>The length of each.</summary>
    public int Dimensions { get; }

    /// <summary>All values, <c>float[n × d]</c>, row-major.</summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>One vector, <c>float[d]</c>.</summary>
    public ReadOnlyMemory<float> this[int index] => _values.AsMemory(Start(index), Dimensions);

    /// <summary>One vector, to be written: <c>float[d]</c>.</summary>
    public Span<float> Row(int index) => _values.AsSpan(Start(index), Dimensions);

    private int Start(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index * Dimensions;
    }
}
