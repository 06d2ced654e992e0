using PgEmbed.Quality;

namespace PgEmbed.Postgres.Indexes;

/// <summary>What searches through an index gave, over all queries, at one ef_search and under one filter.</summary>
/// <param name="Filter">The filter; null: none.</param>
/// <param name="EfSearch">The <c>hnsw.ef_search</c>.</param>
/// <param name="Recall">Mean share of the k exact neighbours that were found.</param>
/// <param name="Interval">Where that mean lies for other queries of the kind, at 95 %.</param>
/// <param name="Returned">Mean share of the min(k, matching) rows that came back at all.</param>
/// <param name="MedianMilliseconds">What half of the searches took at most, round trip included.</param>
/// <param name="P95Milliseconds">What 95 % of them took at most.</param>
/// <param name="Pages">Pages of 8 KiB that a search read, from memory or from disk; the median.</param>
public sealed record IndexMeasure(
    string? Filter,
    int EfSearch,
    double Recall,
    ConfidenceInterval Interval,
    double Returned,
    double MedianMilliseconds,
    double P95Milliseconds,
    double Pages)
{
    /// <summary>The recall of each query.</summary>
    internal IReadOnlyList<double> Recalls { get; init; } = [];
}
