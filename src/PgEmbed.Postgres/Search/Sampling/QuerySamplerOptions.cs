namespace PgEmbed.Postgres.Search.Sampling;

/// <summary>Which searches a client keeps as samples, and how many.</summary>
public sealed record QuerySamplerOptions
{
    /// <summary>The share of searches that are kept, above 0 up to 1: 0.01 for one in a hundred.</summary>
    public double Rate { get; init; } = 0.01;

    /// <summary>
    /// Whether query vectors are kept too, so that recall can be measured by the very queries. A vector tells of its text:
    /// keep them only where the texts themselves could be kept.
    /// </summary>
    public bool KeepVectors { get; init; }

    /// <summary>How many samples wait in memory to be written; of more, the oldest are dropped.</summary>
    public int Capacity { get; init; } = 1_000;

    /// <summary>How often samples are written.</summary>
    public TimeSpan FlushEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many samples of a collection the database keeps; of more, the oldest are deleted.</summary>
    public int Kept { get; init; } = 10_000;

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (!(Rate > 0 && Rate <= 1))
            throw new PgEmbedException($"Expected a sampling rate above 0 up to 1, got {Rate}.");
        if (Capacity is < 1 or > 1_000_000)
            throw new PgEmbedException($"Expected Capacity from 1 to 1,000,000, got {Capacity}.");
        if (Kept < 1)
            throw new PgEmbedException($"Expected Kept of at least 1, got {Kept}.");
        if (FlushEvery < TimeSpan.FromMilliseconds(10) || FlushEvery > TimeSpan.FromDays(1))
            throw new PgEmbedException($"Expected FlushEvery from 10 ms to a day, got {FlushEvery}.");
    }
}
