using PgEmbed.Postgres.Mapping;

namespace PgEmbed.Postgres.Stores;

/// <summary>What a store is to hold for a row.</summary>
/// <param name="Key">The row's key.</param>
/// <param name="Hash">SHA-256 of its text, or null where the text is blank: the row is to have no vector.</param>
/// <param name="Values"><c>float[d]</c>, or null where the store has the vector of this text already.</param>
internal sealed record StagedVector(RowKey Key, byte[]? Hash, ReadOnlyMemory<float>? Values);
