namespace PgEmbed.Postgres.Types.Wire;

/// <summary>How one element of a vector, <typeparamref name="T"/> in memory, is written on the wire, big-endian.</summary>
internal interface IWireElement<T>
    where T : unmanaged
{
    /// <summary>Bytes of an element on the wire.</summary>
    static abstract int Size { get; }

    /// <summary>Writes elements as bytes; <paramref name="bytes"/> has exactly their size.</summary>
    static abstract void Encode(ReadOnlySpan<T> elements, Span<byte> bytes);

    /// <summary>Reads elements from bytes; <paramref name="bytes"/> has exactly their size.</summary>
    static abstract void Decode(ReadOnlySpan<byte> bytes, Span<T> elements);
}
