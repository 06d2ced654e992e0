namespace PgEmbed.Postgres.Indexes.Advising;

/// <summary>What searches are expected to take, by what they take now on the same machine.</summary>
/// <param name="IndexMilliseconds">A search of all rows through the index.</param>
/// <param name="RowMilliseconds">The ranking of one row.</param>
internal sealed record SearchCosts(double IndexMilliseconds, double RowMilliseconds)
{
    // So many of the nearest vectors does a search look at for the price of one of all rows.
    private const double LookedAt = 67;

    /// <summary>The time of a search through the indexes of a part of the rows, or of ranking them all.</summary>
    /// <param name="vectors">The rows of the part.</param>
    /// <param name="graphs">How many indexes they are in.</param>
    /// <param name="matching">How many of them pass the filter.</param>
    /// <param name="k">How many are asked for.</param>
    public double Of(double vectors, double graphs, double matching, int k)
    {
        var density = Math.Clamp(matching / Math.Max(1, vectors), 1e-9, 1);
        var byIndex = graphs * IndexMilliseconds * Math.Max(1, 1.5 * k / density / LookedAt);
        // What a search takes before it looks at a row is about half of one through the index.
        return Math.Min(byIndex, (IndexMilliseconds / 2) + (vectors * RowMilliseconds));
    }
}
