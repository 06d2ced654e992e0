namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// The memory that pgvector 0.8 takes to build a graph, worked out from its structures. For each row there is an element
/// (128 bytes), a list of its levels (8 bytes each), the links of each level (8 bytes, and 16 for each of 2m on the ground
/// and m above), and the value. A row reaches level l with probability m⁻ˡ, so above the ground it has 1 / (m − 1) levels
/// on average. Rows that are duplicates take as much: they are found to be such after they were allocated.
/// <para>
/// A serial build allocates from a context whose blocks are 1 MiB, and counts blocks; each piece has a header (24 bytes
/// in PostgreSQL 15, 8 from 16 on). A parallel build allocates from shared memory, without headers, of which 3 MiB are
/// left for other objects and 1 MiB as a margin.
/// </para>
/// </summary>
internal static class GraphMemory
{
    private const double Element = 128;
    private const double Block = 1 << 20;
    private const double BlockHeader = 64;
    private const double ParallelReserve = 4 << 20;

    /// <summary>The smallest maintenance_work_mem, in bytes, that holds the graph.</summary>
    /// <param name="rows">Vectors that will be in the index.</param>
    /// <param name="valueBytes">Bytes of one, its header included.</param>
    /// <param name="m">Links.</param>
    /// <param name="serverVersion">The server's major version.</param>
    /// <param name="parallel">
    /// Whether workers take part. Then it holds the graph also where none can be started and the build is serial.
    /// </param>
    public static long Needed(long rows, double valueBytes, int m, int serverVersion, bool parallel)
    {
        var serial = Serial(rows, valueBytes, m, serverVersion >= 16 ? 8 : 24);
        if (!parallel)
            return serial;
        return Math.Max(serial, (long)Math.Ceiling(PieceBytes(rows, valueBytes, m, 0) + ParallelReserve));
    }

    private static long Serial(long rows, double valueBytes, int m, int header)
    {
        // What is left at a block's end is on average half of the largest piece.
        var unused = BlockHeader + ((Aligned(Math.Max(valueBytes, 8 + (32 * m))) + header) / 2);
        var blocks = Math.Max(1, Math.Ceiling(PieceBytes(rows, valueBytes, m, header) / (Block - unused)));
        // The build spills when the next row finds all blocks taken, so there must be room beyond the last one.
        return (long)(blocks * Block) + 1024;
    }

    private static double PieceBytes(long rows, double valueBytes, int m, int header)
    {
        var ground = Element + Aligned(8) + (8 + (32 * m)) + Aligned(valueBytes) + (4 * header);
        var level = 8 + 8 + (16 * m) + header;
        // Levels are drawn at random: four standard deviations above their mean.
        var mean = 1.0 / (m - 1);
        var deviation = Math.Sqrt(m) / (m - 1);
        var levels = (rows * mean) + (4 * deviation * Math.Sqrt(rows));
        return (rows * ground) + (levels * level);
    }

    private static double Aligned(double bytes) => Math.Ceiling(bytes / 8) * 8;
}
