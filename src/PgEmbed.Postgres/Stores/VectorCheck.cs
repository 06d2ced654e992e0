using System.Numerics.Tensors;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Stores;

/// <summary>Says whether a vector can stand in a store: in its space, and under its codec.</summary>
internal static class VectorCheck
{
    // Where rounding to 16 bits gives infinity, and where it gives zero.
    private const float HalfOverflow = 65_520f;
    private const float HalfUnderflow = 1f / (1 << 25);

    /// <exception cref="InvalidVectorException">It can't.</exception>
    public static void Check(StoreInfo store, ReadOnlySpan<float> values)
    {
        store.Space.Check(values);
        if (store.Codec != Codec.F16)
            return;
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude(values));
        if (largest >= HalfOverflow || (largest <= HalfUnderflow && store.Space.Metric == DistanceMetric.Cosine))
            throw new InvalidVectorException(
                FormattableString.Invariant(
                    $"Expected values that 16 bits can hold, got a vector whose largest is {largest}."),
                "Scale it, or keep the collection in f32.");
    }
}
