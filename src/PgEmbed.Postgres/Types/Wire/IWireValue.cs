namespace PgEmbed.Postgres.Types.Wire;

/// <summary>An element that a vector's values can be made of.</summary>
internal interface IWireValue<T> : IWireElement<T>
    where T : unmanaged
{
    /// <summary>Throws unless every value can be sent.</summary>
    /// <exception cref="InvalidVectorException">A value is NaN, infinite, or out of the wire type's range.</exception>
    static abstract void Check(ReadOnlySpan<T> values);
}
