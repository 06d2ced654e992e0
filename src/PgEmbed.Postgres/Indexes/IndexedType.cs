namespace PgEmbed.Postgres.Indexes;

/// <summary>The types that pgvector's HNSW indexes.</summary>
public enum IndexedType
{
    /// <summary>32-bit values, up to 2,000 dimensions: <c>vector</c>.</summary>
    Vector,

    /// <summary>16-bit values, up to 4,000 dimensions: <c>halfvec</c>.</summary>
    Halfvec,

    /// <summary>Bits, up to 64,000 of them: PostgreSQL's own <c>bit</c>.</summary>
    Bit,

    /// <summary>Only the values that are not zero, up to 1,000 of them: <c>sparsevec</c>.</summary>
    Sparsevec,
}
