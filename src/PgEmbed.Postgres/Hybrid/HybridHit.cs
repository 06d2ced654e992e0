namespace PgEmbed.Postgres.Hybrid;

/// <summary>A row that a hybrid search found.</summary>
/// <param name="Row">The row of the user's table.</param>
/// <param name="Score">The fused score by which it is ranked; larger is better.</param>
/// <param name="Distance">Its distance from the query under the space's metric.</param>
/// <param name="TextScore">
/// What the query's words score in its text, by BM25 in rare words: a word that one text alone has gives up to 1.
/// </param>
/// <typeparam name="T">The row.</typeparam>
public sealed record HybridHit<T>(T Row, double Score, double Distance, double TextScore);
