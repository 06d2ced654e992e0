namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// The size on disk of a freshly built index, worked out from pgvector's page layout. A page of 8,192 bytes has 8,160 for
/// tuples and 4 for the pointer to each. A row has an element tuple (72 bytes and the value) and a neighbour tuple (4 bytes
/// and 6 for each link, 2m on the ground and m on each level above), both on one page where they fit together. Rows with
/// equal vectors share an element, ten of them at most, so an index of many duplicates is smaller than this.
/// </summary>
internal static class GraphSize
{
    private const int PageBytes = 8_192;
    private const int Room = 8_160;
    private const int Pointer = 4;
    private const int Simulated = 20_000;

    /// <summary>Bytes of an index over so many rows.</summary>
    /// <param name="rows">Vectors in it.</param>
    /// <param name="valueBytes">Bytes of one, its header included.</param>
    /// <param name="m">Links.</param>
    public static long Fresh(long rows, double valueBytes, int m)
    {
        if (rows <= 0)
            return 2 * PageBytes;
        // The packing of levels drawn at random has no closed form; a part of it is played through.
        var simulated = (int)Math.Min(rows, Simulated);
        var random = new Random(1);
        var element = Aligned(72 + valueBytes);
        long pages = 1;
        var free = Room;
        for (var i = 0; i < simulated; i++)
        {
#pragma warning disable CA5394 // No secret.
            var level = Math.Min(63, (int)(-Math.Log(1 - random.NextDouble()) / Math.Log(m)));
#pragma warning restore CA5394
            var neighbours = Aligned(4 + (6.0 * m * (level + 2)));
            var together = element + neighbours + (2 * Pointer) <= Room;
            if (free < element + Pointer || (together && free < element + neighbours + (2 * Pointer)))
                NewPage();
            free -= element + Pointer;
            if (free < neighbours + Pointer)
                NewPage();
            free -= neighbours + Pointer;
        }

        // One page more for the index's own data.
        return (long)Math.Ceiling((double)pages * rows / simulated * PageBytes) + PageBytes;

        void NewPage()
        {
            pages++;
            free = Room;
        }
    }

    private static int Aligned(double bytes) => (int)Math.Ceiling(bytes / 8) * 8;
}
