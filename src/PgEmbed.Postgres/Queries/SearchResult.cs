using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Queries;

/// <summary>What a search found, and how.</summary>
/// <param name="Hits">The rows, nearest first, ties by key.</param>
/// <param name="Plan">How it was run.</param>
/// <param name="QueryTruncated">
/// Whether the query's text was longer than the model reads: then the rows are near to its beginning.
/// </param>
/// <typeparam name="T">The row.</typeparam>
public sealed record SearchResult<T>(IReadOnlyList<SearchHit<T>> Hits, SearchPlan Plan, bool QueryTruncated);
