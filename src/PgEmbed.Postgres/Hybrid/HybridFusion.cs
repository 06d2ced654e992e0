namespace PgEmbed.Postgres.Hybrid;

/// <summary>How the two legs of a hybrid search become one ranking.</summary>
public enum HybridFusion
{
    /// <summary>By the weighted sum of the similarity and the text's score, each of every row that either leg found.</summary>
    Weighted,

    /// <summary>
    /// By reciprocal rank: the weighted sum of 1 / (60 + rank) over the legs that found the row (Cormack, Clarke and
    /// Buettcher, SIGIR 2009).
    /// </summary>
    ReciprocalRank,
}
