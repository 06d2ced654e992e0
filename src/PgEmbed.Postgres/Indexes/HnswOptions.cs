namespace PgEmbed.Postgres.Indexes;

/// <summary>How an HNSW index is built.</summary>
public sealed record HnswOptions
{
    /// <summary>Links a vector has to others in a layer (2 to 100): more finds more, builds slower and takes more room.</summary>
    public int M { get; init; } = 16;

    /// <summary>Candidates looked at for each vector while building (4 to 1,000, at least twice <see cref="M"/>).</summary>
    public int EfConstruction { get; init; } = 64;

    /// <summary>
    /// The most memory, in bytes, that the build may take. It gets what it needs and no more. Null: what
    /// <see cref="MemoryLimit"/> finds.
    /// </summary>
    public long? MaxMemory { get; init; }

    /// <summary>
    /// Builds also where the graph doesn't fit in the memory. From there on each vector is inserted on disk, which makes
    /// such a build many times slower.
    /// </summary>
    public bool AllowSpill { get; init; }

    /// <summary>
    /// Processes that build beside the server's own; 0 for none. Null: the server's
    /// <c>max_parallel_maintenance_workers</c>.
    /// </summary>
    public int? Workers { get; init; }

    /// <summary>
    /// The order in which vectors are inserted. Other than <see cref="InsertionOrder.AsStored"/>, a store's rows are first
    /// laid on disk in that order: its index is dropped for that, searches are exact meanwhile, and writers wait.
    /// </summary>
    public InsertionOrder Order { get; init; }

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (M is < 2 or > 100)
            throw new PgEmbedException($"Expected M from 2 to 100, got {M}.");
        if (EfConstruction is < 4 or > 1_000)
            throw new PgEmbedException($"Expected EfConstruction from 4 to 1000, got {EfConstruction}.");
        if (EfConstruction < 2 * M)
            throw new PgEmbedException(
                $"Expected EfConstruction of at least twice M, got {EfConstruction} with M = {M}.");
        if (MaxMemory < 1 << 20)
            throw new PgEmbedException($"Expected MaxMemory of at least 1 MiB, got {MaxMemory} bytes.");
        if (!Enum.IsDefined(Order))
            throw new PgEmbedException($"Expected an Order that there is, got {Order}.");
        if (Workers is < 0 or > 1_024)
            throw new PgEmbedException($"Expected Workers from 0 to 1024, got {Workers}.");
    }
}
