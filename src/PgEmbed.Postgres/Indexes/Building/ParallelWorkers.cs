namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// How many workers a build will ask for, by the server's own rule (plan_create_index_workers, then pgvector's
/// ComputeParallelWorkers): none on a small table or with less than 32 MiB for each process; else as many as the table's
/// parallel_workers or the setting max_parallel_maintenance_workers say.
/// </summary>
internal static class ParallelWorkers
{
    private const long LeastMemory = 32L << 20;

    /// <param name="part">The table.</param>
    /// <param name="most">max_parallel_maintenance_workers in the build's session.</param>
    /// <param name="smallestPages">min_parallel_table_scan_size, in pages.</param>
    /// <param name="memory">maintenance_work_mem, in bytes.</param>
    public static int Predict(TablePart part, int most, long smallestPages, long memory)
    {
        if (part.Temporary || most == 0)
            return 0;
        if (part.ParallelWorkers >= 0)
            return Math.Min(part.ParallelWorkers, most);
        if (part.Pages < smallestPages)
            return 0;
        return memory / 2 < LeastMemory ? 0 : most;
    }
}
