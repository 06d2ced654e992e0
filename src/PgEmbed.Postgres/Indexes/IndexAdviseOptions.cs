using PgEmbed.Postgres.Search.Sampling;

namespace PgEmbed.Postgres.Indexes;

/// <summary>By what an index's advice is found.</summary>
public sealed record IndexAdviseOptions
{
    /// <summary>The filters that searches have, and how often. Null: those that a <see cref="QuerySampler"/> kept.</summary>
    public IReadOnlyList<SampledFilter>? Filters { get; init; }

    /// <summary>
    /// Query vectors, each <c>float[d]</c>. Null: those that were sampled, where they were kept, else stored rows, each moved
    /// off its place.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<float>>? QueryVectors { get; init; }

    /// <summary>How many queries each filter is measured by, 1 to 1,000.</summary>
    public int Queries { get; init; } = 10;

    /// <summary>How many filters are looked at, those of most searches first, 1 to 1,000.</summary>
    public int MaxFilters { get; init; } = 50;

    /// <summary>The share of the time of all searches that a proposal is to save at least, above 0 up to 1.</summary>
    public double MinGain { get; init; } = 0.05;

    /// <summary>How many proposals there may be, 1 to 20.</summary>
    public int MaxProposals { get; init; } = 4;

    /// <summary>The same seed draws the same rows.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (Queries is < 1 or > 1_000)
            throw new PgEmbedException($"Expected Queries from 1 to 1000, got {Queries}.");
        if (MaxFilters is < 1 or > 1_000)
            throw new PgEmbedException($"Expected MaxFilters from 1 to 1000, got {MaxFilters}.");
        if (!(MinGain is > 0 and <= 1))
            throw new PgEmbedException($"Expected MinGain above 0 up to 1, got {MinGain}.");
        if (MaxProposals is < 1 or > 20)
            throw new PgEmbedException($"Expected MaxProposals from 1 to 20, got {MaxProposals}.");
        if (QueryVectors is [])
            throw new PgEmbedException("Expected query vectors, got none.");
        if (Filters is [])
            throw new PgEmbedException("Expected filters, got none.");
    }
}
