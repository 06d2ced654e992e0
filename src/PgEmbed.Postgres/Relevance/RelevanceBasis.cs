namespace PgEmbed.Postgres.Relevance;

/// <summary>What relevance was fitted on.</summary>
public enum RelevanceBasis
{
    /// <summary>Judged queries: relevance is the probability that a row is relevant.</summary>
    Judgments,

    /// <summary>The collection's own distances: 0.5 is to stand out as far as the nearest of its rows do on average.</summary>
    Distances,
}
