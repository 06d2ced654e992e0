using PgEmbed.Quality;

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
    /// <summary>How many nearest neighbours a neighbourhood is, where nothing else is said.</summary>
    public const int DefaultNeighbors = 40;

    /// <summary>The relevance of a row.</summary>
    /// <param name="distance">Its distance from the query.</param>
    /// <param name="neighborhood">The query's neighbourhood.</param>
    /// <returns>0 to 1.</returns>
    public double Of(double distance, QueryNeighborhood neighborhood) => 1 / (1 + Math.Exp(
        -(Intercept - (Nearness * distance) + (Distinctness * neighborhood.Distinctness(distance)))));

    /// <summary>Fits a model on judged rows, by the likelihood of their judgments.</summary>
    /// <param name="pairs">The nearest rows of some queries: what a cut-off decides on.</param>
    /// <param name="queries">How many queries they are of.</param>
    /// <exception cref="PgEmbedException">All are relevant, none is, or the nearer are not the more relevant.</exception>
    public static RelevanceModel Fit(IReadOnlyList<JudgedPair> pairs, int queries)
    {
        var fitted = LogisticRegression.FitNonNegative(
            [.. pairs.Select(pair => new[] { -pair.Distance, pair.Neighborhood.Distinctness(pair.Distance) })],
            [.. pairs.Select(pair => pair.Relevant)]);
        if (fitted.Weights.Sum() == 0)
            throw new PgEmbedException(
                "Expected relevant rows to be nearer than others, found that they are not.",
                "Check that the queries and judgments belong to this collection.");
        return new RelevanceModel(
            RelevanceBasis.Judgments, DefaultNeighbors, fitted.Intercept, fitted.Weights[0], fitted.Weights[1], queries);
    }
}
