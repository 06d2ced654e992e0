namespace PgEmbed.Postgres.Indexes.Tuning;

/// <summary>
/// The ef_search at which a recall is reached, between two that were measured. What is missed falls about as a power of
/// ef_search, so it is a straight line between logarithms.
/// </summary>
internal static class EfSearchCurve
{
    /// <summary>Finds it.</summary>
    /// <param name="points">ef_search and recall, by ascending ef_search.</param>
    /// <param name="recall">The recall to reach.</param>
    /// <returns>The ef_search; null where no point reaches it. The first point's where that does already.</returns>
    public static double? Find(IReadOnlyList<(int EfSearch, double Recall)> points, double recall)
    {
        for (var i = 0; i < points.Count; i++)
        {
            if (points[i].Recall < recall)
                continue;
            if (i == 0)
                return points[0].EfSearch;
            var (before, after) = (points[i - 1], points[i]);
            // A search that misses nothing has no logarithm.
            var (missedBefore, missedAfter) = (Missed(before.Recall), Missed(after.Recall));
            if (missedBefore <= missedAfter)
                return after.EfSearch;
            var share = Math.Log(missedBefore / Missed(recall)) / Math.Log(missedBefore / missedAfter);
            return Math.Exp(
                Math.Log(before.EfSearch) + (share * Math.Log((double)after.EfSearch / before.EfSearch)));
        }

        return null;

        static double Missed(double value) => Math.Max(1e-4, 1 - value);
    }

    /// <summary>A figure measured at some ef_search, at another between two of them.</summary>
    public static double At(IReadOnlyList<(int EfSearch, double Value)> points, double efSearch)
    {
        var after = 0;
        while (after < points.Count - 1 && points[after].EfSearch < efSearch)
            after++;
        if (after == 0 || points[after].EfSearch <= efSearch)
            return points[after].Value;
        var (low, high) = (points[after - 1], points[after]);
        var share = (efSearch - low.EfSearch) / (high.EfSearch - low.EfSearch);
        return low.Value + (share * (high.Value - low.Value));
    }
}
