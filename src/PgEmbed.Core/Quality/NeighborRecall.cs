namespace PgEmbed.Quality;

/// <summary>How many of the exact nearest neighbours a search has found.</summary>
public static class NeighborRecall
{
    /// <summary>Distances nearer to each other than this count as equal: float32 sums differ by the order of addition.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>
    /// The share of the exact neighbours that was found. Texts repeat, so distances tie: a row as near as the farthest
    /// exact one is as right as that one.
    /// </summary>
    /// <param name="exact">The distances of the k exact neighbours, nearest first.</param>
    /// <param name="found">The distances of the rows that were found, no row twice.</param>
    /// <returns>0 to 1; 1 where there is nothing to find.</returns>
    public static double Of(IReadOnlyList<double> exact, IReadOnlyList<double> found)
    {
        ArgumentNullException.ThrowIfNull(exact);
        ArgumentNullException.ThrowIfNull(found);
        if (exact.Count == 0)
            return 1;
        var farthest = exact[^1] + Tolerance;
        return (double)Math.Min(exact.Count, found.Count(distance => distance <= farthest)) / exact.Count;
    }
}
