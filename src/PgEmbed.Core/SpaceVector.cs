namespace PgEmbed;

/// <summary>
/// A vector and the space it belongs to. Made by <see cref="VectorSpace.Vector"/> and by embedders only, so one that
/// exists has been checked.
/// </summary>
public sealed class SpaceVector
{
    internal SpaceVector(VectorSpace space, ReadOnlyMemory<float> values)
    {
        Space = space;
        Values = values;
    }

    /// <summary>The space it belongs to.</summary>
    public VectorSpace Space { get; }

    /// <summary>The values, <c>float[d]</c>.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Throws unless the vector is of this space.</summary>
    /// <exception cref="SpaceMismatchException">It is of another.</exception>
    public void MustBeOf(VectorSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (!Space.Equals(space))
            throw new SpaceMismatchException(space.ToString(), Space.ToString());
    }
}
