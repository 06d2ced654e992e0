namespace PgEmbed.Postgres.Codecs;

/// <summary>
/// Bytes that PostgreSQL takes for a vector and its row in a store, from the sizes of a table's files divided by its rows.
/// </summary>
/// <param name="Heap">The table itself: row headers, keys, content hash, and what of the forms is not moved out.</param>
/// <param name="Toast">Forms that are moved out of line, with the index by which they are found.</param>
/// <param name="Keys">The index of the keys.</param>
/// <param name="Hnsw">The HNSW index.</param>
public sealed record CodecBytes(double Heap, double Toast, double Keys, double Hnsw)
{
    /// <summary>All of them.</summary>
    public double Total => Heap + Toast + Keys + Hnsw;
}
