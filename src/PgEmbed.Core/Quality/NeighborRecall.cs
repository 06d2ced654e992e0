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

    /// <summary>
    /// Where the mean recall of other queries of the kind lies, at 95 %: by the bootstrap, and where all queries are alike,
    /// which leaves the bootstrap nothing to draw, by Wilson's score interval with each query as one trial.
    /// </summary>
    /// <param name="recalls">The recall of each query, <c>double[n]</c>.</param>
    public static ConfidenceInterval Interval(IReadOnlyList<double> recalls)
    {
        ArgumentNullException.ThrowIfNull(recalls);
        if (recalls.Count == 0)
            return new ConfidenceInterval(0, 1);
        if (recalls.Max() > recalls.Min() && Bootstrap.Mean(recalls) is { } drawn)
            return drawn;
        const double z = 1.959964;
        var (n, mean) = (recalls.Count, recalls[0]);
        var middle = (mean + (z * z / (2 * n))) / (1 + (z * z / n));
        var half = z / (1 + (z * z / n)) * Math.Sqrt((mean * (1 - mean) / n) + (z * z / (4.0 * n * n)));
        return new ConfidenceInterval(Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
