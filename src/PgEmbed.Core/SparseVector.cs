using System.Globalization;
using System.Text;

namespace PgEmbed;

/// <summary>
/// A vector of which only the values that are not zero are held: pgvector's <c>sparsevec</c>. Positions count from 0
/// here and in the binary form, from 1 in the text form.
/// </summary>
public sealed class SparseVector : IEquatable<SparseVector>
{
    /// <summary>pgvector stores no more values that are not zero than this.</summary>
    public const int MaxNonZero = 16_000;

    /// <summary>pgvector's largest dimension of a sparse vector.</summary>
    public const int MaxDimensions = 1_000_000_000;

    private readonly int[] _indices;
    private readonly float[] _values;

    /// <summary>Creates a sparse vector. Positions may come in any order; zeros are left out.</summary>
    /// <param name="dimensions">The length, 1 to 1,000,000,000.</param>
    /// <param name="indices">The positions, from 0, each once.</param>
    /// <param name="values">The value at each position, as many as positions.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a position is out of range or comes twice.</exception>
    /// <exception cref="InvalidVectorException">A value is NaN or infinite, or there are more than 16,000.</exception>
    public SparseVector(int dimensions, ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
    {
        if (dimensions is < 1 or > MaxDimensions)
            throw new ArgumentOutOfRangeException(
                nameof(dimensions), dimensions, $"Expected 1 to {MaxDimensions} dimensions.");
        if (indices.Length != values.Length)
            throw new ArgumentException(
                $"Expected as many values as positions, got {values.Length} and {indices.Length}.", nameof(values));
        var sortedIndices = indices.ToArray();
        var sortedValues = values.ToArray();
        // What comes from the server, or from a full vector, is in order already.
        if (!IsAscending(indices))
            Array.Sort(sortedIndices, sortedValues);
        for (var i = 0; i < sortedIndices.Length; i++)
        {
            var index = sortedIndices[i];
            if (index < 0 || index >= dimensions)
                throw new ArgumentException(
                    $"Expected positions from 0 to {dimensions - 1}, got {index}.", nameof(indices));
            if (i > 0 && index == sortedIndices[i - 1])
                throw new ArgumentException($"Expected every position once, got {index} twice.", nameof(indices));
            if (!float.IsFinite(sortedValues[i]))
                throw new InvalidVectorException(
                    $"Expected finite values, got {sortedValues[i]} at position {index}.");
        }

        var kept = 0;
        for (var i = 0; i < sortedIndices.Length; i++)
        {
            if (sortedValues[i] == 0)
                continue;
            sortedIndices[kept] = sortedIndices[i];
            sortedValues[kept++] = sortedValues[i];
        }

        if (kept > MaxNonZero)
            throw new InvalidVectorException(
                $"Expected at most {MaxNonZero} values that are not zero, got {kept}.");
        Dimensions = dimensions;
        _indices = sortedIndices[..kept];
        _values = sortedValues[..kept];
    }

    /// <summary>The length.</summary>
    public int Dimensions { get; }

    /// <summary>How many values are not zero.</summary>
    public int NonZero => _indices.Length;

    /// <summary>The positions of the values, from 0, ascending.</summary>
    public ReadOnlyMemory<int> Indices => _indices;

    /// <summary>The values that are not zero, in the order of <see cref="Indices"/>.</summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>The sparse form of a full vector, <c>float[d]</c>.</summary>
    public static SparseVector FromDense(ReadOnlySpan<float> values)
    {
        var indices = new List<int>();
        var kept = new List<float>();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] == 0)
                continue;
            indices.Add(i);
            kept.Add(values[i]);
        }

        return new SparseVector(values.Length, indices.ToArray(), kept.ToArray());
    }

    /// <summary>The full form, <c>float[d]</c>.</summary>
    public float[] ToDense()
    {
        var dense = new float[Dimensions];
        for (var i = 0; i < _indices.Length; i++)
            dense[_indices[i]] = _values[i];
        return dense;
    }

    /// <inheritdoc/>
    public bool Equals(SparseVector? other) =>
        other is not null && Dimensions == other.Dimensions
        && _indices.AsSpan().SequenceEqual(other._indices) && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SparseVector);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Dimensions);
        foreach (var index in _indices)
            hash.Add(index);
        foreach (var value in _values)
            hash.Add(value);
        return hash.ToHashCode();
    }

    /// <summary>pgvector's text form, <c>{1:0.5,3:2}/5</c>: positions count from 1.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        for (var i = 0; i < _indices.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{_indices[i] + 1}:{_values[i]}");
        }

        return text.Append(CultureInfo.InvariantCulture, $"}}/{Dimensions}").ToString();
    }

    private static bool IsAscending(ReadOnlySpan<int> indices)
    {
        for (var i = 1; i < indices.Length; i++)
        {
            if (indices[i] <= indices[i - 1])
                return false;
        }

        return true;
    }
}
