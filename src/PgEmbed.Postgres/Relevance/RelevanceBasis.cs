namespace PgEmbed.Postgres.Relevance;

/// <summary>What relevance was fitted on.</summary>
public enum RelevanceBasis
{
    /// <summary>Judged queries: relevance is the probability that a row is relevant.</summary>
    Judgments,

    /// <summary>The collection's own distances: relevance is the share of its neighbours that stand out less.</summary>
    Distances,
}
