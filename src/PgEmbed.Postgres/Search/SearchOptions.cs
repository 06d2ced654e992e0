using System.Text.Json;

namespace PgEmbed.Postgres.Search;

/// <summary>How a search is to be run, where the defaults are not right.</summary>
public sealed record SearchOptions
{
    /// <summary>pgvector's largest <c>hnsw.ef_search</c>.</summary>
    public const int MaxEfSearch = 1_000;

    /// <summary>The most rows that one search returns.</summary>
    public const int MaxK = 10_000;

    /// <summary>
    /// The share of the truly nearest rows that a search through the index is to find on average, above 0 to 1: more is
    /// slower. 1 ranks every row that passes. Null: 0.95.
    /// </summary>
    public double? Recall { get; init; }

    /// <summary>
    /// How many candidates the index keeps while it looks (pgvector's <c>hnsw.ef_search</c>, 1 to 1,000). Null: what
    /// follows from <see cref="Recall"/> and k.
    /// </summary>
    public int? EfSearch { get; init; }

    /// <summary>Ranks every row that the filter lets through, without the index.</summary>
    public bool Exact { get; init; }

    /// <summary>No row farther than this is returned, in the space's metric. Null: however far.</summary>
    public double? MaxDistance { get; init; }

    /// <summary>
    /// No row of less relevance than this is returned, 0 to 1; the same for every query. The collection's relevance must
    /// have been fitted (<see cref="Relevance.RelevanceFitter"/>). Null: however little.
    /// </summary>
    public double? MinRelevance { get; init; }

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (EfSearch is < 1 or > MaxEfSearch)
            throw new PgEmbedException($"Expected EfSearch from 1 to {MaxEfSearch}, got {EfSearch}.");
        if (Recall is not (null or > 0 and <= 1))
            throw new PgEmbedException($"Expected Recall above 0, at most 1, got {Recall}.");
        if (MaxDistance is { } most && !double.IsFinite(most))
            throw new PgEmbedException($"Expected MaxDistance as a number, got {most}.");
        if (MinRelevance is not (null or >= 0 and <= 1))
            throw new PgEmbedException($"Expected MinRelevance from 0 to 1, got {MinRelevance}.");
    }

    /// <summary>
    /// The options as <c>pgembed.plan_search</c> takes them: no plan depends on the least relevance.
    /// </summary>
    internal string ToJson() => JsonSerializer.Serialize(
        new { ef_search = EfSearch, exact = Exact, recall = Recall, max_distance = MaxDistance });
}
