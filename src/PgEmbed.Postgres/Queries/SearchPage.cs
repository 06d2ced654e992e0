using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Queries;

/// <summary>A page of a search.</summary>
/// <param name="Hits">
/// The nearest rows that no page before has shown, nearest first, ties by key. A search through an index may find a row
/// late, so one may be nearer than the last of the page before.
/// </param>
/// <param name="Continuation">What to give for the next page; null where there is none.</param>
/// <param name="Plan">How it was run.</param>
/// <param name="QueryTruncated">
/// Whether the query's text was longer than the model reads: then the rows are near to its beginning.
/// </param>
/// <typeparam name="T">The row.</typeparam>
public sealed record SearchPage<T>(
    IReadOnlyList<SearchHit<T>> Hits, string? Continuation, SearchPlan Plan, bool QueryTruncated);
