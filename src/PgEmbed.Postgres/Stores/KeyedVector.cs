namespace PgEmbed.Postgres.Stores;

/// <summary>A row's key and its vector, without the row.</summary>
/// <param name="Key">The key's value; where there are several key columns, a tuple of their values in their order.</param>
/// <param name="Values"><c>float[d]</c>.</param>
/// <typeparam name="TKey">The key's type.</typeparam>
public readonly record struct KeyedVector<TKey>(TKey Key, ReadOnlyMemory<float> Values)
{
    /// <summary>
    /// SHA-256 of the text that the vector is of, <c>byte[32]</c>; empty where it is not known: then it is taken for the
    /// vector of the text that the row has now.
    /// </summary>
    public ReadOnlyMemory<byte> Hash { get; init; }
}
