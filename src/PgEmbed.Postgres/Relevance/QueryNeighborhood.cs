namespace PgEmbed.Postgres.Relevance;

/// <summary>How far the vectors nearest to a query are, whatever filter a search of it has.</summary>
/// <param name="Mean">The mean of their distances.</param>
/// <param name="Deviation">The standard deviation.</param>
public readonly record struct QueryNeighborhood(double Mean, double Deviation)
{
    // Below it a deviation is noise; pgembed.query_relevance has the same.
    private const double SmallestDeviation = 1e-6;

    /// <summary>Whether all are as far, so that nothing stands out.</summary>
    public bool IsFlat => !(Deviation > SmallestDeviation);

    /// <summary>How many standard deviations nearer than the mean a distance is; 0 where all are as far.</summary>
    public double Distinctness(double distance) => IsFlat ? 0 : (Mean - distance) / Deviation;
}
