using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Indexes;

/// <summary>How an index is checked.</summary>
public sealed record IndexCheckOptions
{
    /// <summary>How many neighbours of each query count, 1 to 1,000.</summary>
    public int K { get; init; } = 10;

    /// <summary>How many stored rows queries are made of where <see cref="QueryVectors"/> gives none, 10 to 10,000.</summary>
    public int Queries { get; init; } = 200;

    /// <summary>
    /// Real queries, each <c>float[d]</c>; they tell more than rows do, since queries lie elsewhere. For bits the signs
    /// count. Null: stored rows, each moved as far as rows lie from their nearest neighbours.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<float>>? QueryVectors { get; init; }

    /// <summary>
    /// Values of <c>hnsw.ef_search</c> to measure at, 1 to 1,000. Null: what plain SQL gets, and what a search of PgEmbed's
    /// sets for this k.
    /// </summary>
    public IReadOnlyList<int>? EfSearch { get; init; }

    /// <summary>
    /// Conditions in SQL to measure under, beside none: over the columns of the collection's table, or of the table itself.
    /// </summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>The same seed takes the same rows.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (K is < 1 or > 1_000)
            throw new PgEmbedException($"Expected K from 1 to 1000, got {K}.");
        if (Queries is < 10 or > 10_000)
            throw new PgEmbedException($"Expected Queries from 10 to 10000, got {Queries}.");
        if (QueryVectors is [])
            throw new PgEmbedException("Expected query vectors, got none.");
        if (EfSearch is [])
            throw new PgEmbedException("Expected values of EfSearch, got none.");
        foreach (var efSearch in EfSearch ?? [])
        {
            if (efSearch is < 1 or > SearchOptions.MaxEfSearch)
                throw new PgEmbedException($"Expected EfSearch from 1 to {SearchOptions.MaxEfSearch}, got {efSearch}.");
        }

        if (Filters.Any(string.IsNullOrWhiteSpace))
            throw new PgEmbedException("Expected filters, got an empty one.");
    }
}
