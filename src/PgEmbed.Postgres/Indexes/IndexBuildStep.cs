namespace PgEmbed.Postgres.Indexes;

/// <summary>The build on one table: the table itself, or one of its partitions.</summary>
/// <param name="Table">The table as a statement names it.</param>
/// <param name="IndexName">The index's name.</param>
/// <param name="Statement">The statement that builds it.</param>
/// <param name="Rows">Vectors that will be in it.</param>
/// <param name="MemoryNeeded">The smallest maintenance_work_mem, in bytes, that holds its graph.</param>
/// <param name="Memory">The maintenance_work_mem that it gets, in bytes.</param>
/// <param name="Workers">Processes that will build beside the server's own.</param>
/// <param name="EstimatedBytes">Its size on disk, as worked out beforehand.</param>
/// <param name="Exists">Whether it is there already, so that there is nothing to do.</param>
public sealed record IndexBuildStep(
    string Table,
    string IndexName,
    string Statement,
    long Rows,
    long MemoryNeeded,
    long Memory,
    int Workers,
    long EstimatedBytes,
    bool Exists)
{
    /// <summary>Whether the graph doesn't fit in the memory, which makes the build many times slower.</summary>
    public bool Spills => !Exists && MemoryNeeded > Memory;
}
