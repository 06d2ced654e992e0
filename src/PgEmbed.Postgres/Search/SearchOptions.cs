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
    /// How many candidates the index keeps while it looks (pgvector's <c>hnsw.ef_search</c>, 1 to 1,000): more is slower
    /// and finds more. Null: twice k, at least 100.
    /// </summary>
    public int? EfSearch { get; init; }

    /// <summary>Ranks every row that the filter lets through, without the index.</summary>
    public bool Exact { get; init; }

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (EfSearch is < 1 or > MaxEfSearch)
            throw new PgEmbedException($"Expected EfSearch from 1 to {MaxEfSearch}, got {EfSearch}.");
    }

    /// <summary>The options as <c>pgembed.plan_search</c> takes them.</summary>
    internal string ToJson() => JsonSerializer.Serialize(new { ef_search = EfSearch, exact = Exact });
}
