namespace PgEmbed.Postgres.Relevance;

/// <summary>
/// What relevance a distance stands for: logistic(intercept − nearness · d + distinctness · z), where z is how many
/// standard deviations nearer than the mean of the query's nearest neighbours the row is. It falls with the distance, so for
/// one query a threshold on it is one on the distance; but that distance is another for each query. After "Relevance
/// Filtering for Embedding-based Retrieval" (CIKM 2024), with what the query's own neighbourhood tells in place of a network.
/// </summary>
/// <param name="Basis">What it was fitted on.</param>
/// <param name="Neighbors">How many nearest neighbours the mean and the deviation are taken of.</param>
/// <param name="Intercept">The intercept.</param>
/// <param name="Nearness">The weight of the distance, negated; not below 0.</param>
/// <param name="Distinctness">The weight of z; not below 0.</param>
/// <param name="Queries">On how many queries it was fitted.</param>
public sealed record RelevanceModel(
    RelevanceBasis Basis, int Neighbors, double Intercept, double Nearness, double Distinctness, int Queries)
{
    // Below it a deviation is noise.
    private const double SmallestDeviation = 1e-6;

    /// <summary>The relevance of a row.</summary>
    /// <param name="distance">Its distance from the query.</param>
    /// <param name="neighborhood">The distances of the query's nearest neighbours among all rows.</param>
    /// <returns>0 to 1.</returns>
    public double Of(double distance, IReadOnlyCollection<double> neighborhood) =>
        1 / (1 + Math.Exp(-(Intercept - (Nearness * distance) + (Distinctness * Distinct(distance, neighborhood)))));

    /// <summary>How many standard deviations nearer than the mean of the neighbourhood a distance is.</summary>
    internal static double Distinct(double distance, IReadOnlyCollection<double> neighborhood)
    {
        var mean = neighborhood.Average();
        var deviation = Math.Sqrt(neighborhood.Average(d => (d - mean) * (d - mean)));
        return deviation > SmallestDeviation ? (mean - distance) / deviation : 0;
    }
}
