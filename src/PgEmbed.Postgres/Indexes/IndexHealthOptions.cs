namespace PgEmbed.Postgres.Indexes;

/// <summary>When an index counts as worn.</summary>
public sealed record IndexHealthOptions
{
    /// <summary>The share of dead rows from which vacuuming is advised, above 0 and below 1.</summary>
    public double MaxDeadFraction { get; init; } = 0.1;

    /// <summary>The size against a fresh build's from which rebuilding is advised, above 1.</summary>
    public double MaxSizeRatio { get; init; } = 1.5;

    /// <summary>The recall that a fresh build may have more before rebuilding is advised, above 0 and below 1.</summary>
    public double MaxRecallLoss { get; init; } = 0.01;

    /// <summary>
    /// Builds a fresh index on a temporary copy of the table to compare with, where the table has no more rows than this,
    /// 0 to 10,000,000. It takes as long as a build. Without, nothing is known of recall that was lost.
    /// </summary>
    public long MaxCopiedRows { get; init; } = 50_000;

    /// <summary>How recall is measured.</summary>
    public IndexCheckOptions Check { get; init; } = new();

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (!(MaxDeadFraction is > 0 and < 1))
            throw new PgEmbedException($"Expected MaxDeadFraction above 0 and below 1, got {MaxDeadFraction}.");
        if (!(MaxSizeRatio > 1))
            throw new PgEmbedException($"Expected MaxSizeRatio above 1, got {MaxSizeRatio}.");
        if (!(MaxRecallLoss is > 0 and < 1))
            throw new PgEmbedException($"Expected MaxRecallLoss above 0 and below 1, got {MaxRecallLoss}.");
        if (MaxCopiedRows is < 0 or > 10_000_000)
            throw new PgEmbedException($"Expected MaxCopiedRows from 0 to 10000000, got {MaxCopiedRows}.");
        Check.Validate();
    }
}
