using System.Numerics;
using System.Numerics.Tensors;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>pgvector stores neither NaN nor infinity.</summary>
internal static class FiniteValues
{
    /// <summary>Throws unless every value is finite.</summary>
    /// <exception cref="InvalidVectorException">One is not.</exception>
    public static void Check<T>(ReadOnlySpan<T> values)
        where T : IFloatingPointIeee754<T>
    {
        if (TensorPrimitives.IsFiniteAll(values))
            return;
        var position = 0;
        while (T.IsFinite(values[position]))
            position++;
        throw new InvalidVectorException(
            FormattableString.Invariant($"Expected finite values, got {values[position]} at position {position}."));
    }
}
