namespace PgEmbed.Postgres.Indexes.Tuning;

/// <summary>
/// What ef_search a recall needs over more rows than were measured: on parts of the sample the needed ef_search is found,
/// and its logarithm grows with that of the rows along a straight line, which is continued. How sure that is comes from
/// drawing the queries anew many times: each draw gives a line of its own.
/// </summary>
internal static class Extrapolation
{
    private const int Draws = 300;

    /// <summary>Continues the line.</summary>
    /// <param name="parts">For each part its rows and, by ascending ef_search, the recall of each query.</param>
    /// <param name="recall">The recall to reach.</param>
    /// <param name="rows">The rows to continue to.</param>
    /// <returns>The needed ef_search, from 5 % to 95 % of the draws, and the power; null where a part never reaches it.</returns>
    public static (double EfSearch, double Low, double High, double Growth)? Continue(
        IReadOnlyList<(long Rows, IReadOnlyList<(int EfSearch, IReadOnlyList<double> Recalls)> Points)> parts,
        double recall,
        long rows)
    {
        var queries = parts[0].Points[0].Recalls.Count;
        int[] all = [.. Enumerable.Range(0, queries)];
        if (Line(parts, recall, rows, all) is not { } line)
            return null;
#pragma warning disable CA5394 // No secret: the same measurements are to give the same figures.
        var random = new Random(1);
        var found = new List<double>();
        for (var draw = 0; draw < Draws; draw++)
        {
            int[] drawn = [.. all.Select(_ => random.Next(queries))];
            // A draw that never reaches the recall needs more than was tried.
            found.Add(Line(parts, recall, rows, drawn)?.EfSearch ?? double.PositiveInfinity);
        }
#pragma warning restore CA5394

        found.Sort();
        return (line.EfSearch, found[Draws / 20], found[Draws - 1 - (Draws / 20)], line.Growth);
    }

    private static (double EfSearch, double Growth)? Line(
        IReadOnlyList<(long Rows, IReadOnlyList<(int EfSearch, IReadOnlyList<double> Recalls)> Points)> parts,
        double recall,
        long rows,
        int[] drawn)
    {
        var known = new List<(double Rows, double EfSearch)>();
        foreach (var (partRows, points) in parts)
        {
            var curve = points.Select(p => (p.EfSearch, drawn.Average(query => p.Recalls[query]))).ToList();
            if (EfSearchCurve.Find(curve, recall) is not { } efSearch)
                return null;
            known.Add((Math.Log(partRows), Math.Log(efSearch)));
        }

        var (meanRows, meanEf) = (known.Average(p => p.Rows), known.Average(p => p.EfSearch));
        var spread = known.Sum(p => (p.Rows - meanRows) * (p.Rows - meanRows));
        // More rows never need less, and more than in proportion would mean that the graph does not work at all.
        var growth = spread == 0
            ? 0
            : Math.Clamp(known.Sum(p => (p.Rows - meanRows) * (p.EfSearch - meanEf)) / spread, 0, 1);
        // The line goes through the largest part, which is the best known and the nearest.
        var last = known[^1];
        return (Math.Exp(last.EfSearch + (growth * (Math.Log(rows) - last.Rows))), growth);
    }
}
