namespace PgEmbed.Quality;

/// <summary>How confidence intervals and tests are computed.</summary>
public sealed record BootstrapOptions
{
    /// <summary>How an interval is taken from the resampled means.</summary>
    public BootstrapKind Kind { get; init; } = BootstrapKind.Bca;

    /// <summary>How sure the interval is to be, above 0 and below 1.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>How many times the queries are drawn anew, and signs in a test, 100 to 1,000,000.</summary>
    public int Resamples { get; init; } = 2_000;

    /// <summary>The same seed gives the same figures.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (!(Confidence > 0 && Confidence < 1))
            throw new PgEmbedException($"Expected Confidence above 0 and below 1, got {Confidence}.");
        if (Resamples is < 100 or > 1_000_000)
            throw new PgEmbedException($"Expected Resamples from 100 to 1000000, got {Resamples}.");
    }
}
