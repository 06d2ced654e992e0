using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Stores;

/// <summary>How far an alteration has come.</summary>
public sealed record AlterationProgress
{
    /// <summary>What is being done, in words.</summary>
    public required string Phase { get; init; }

    /// <summary>How much of the old store was copied, 0 to 1.</summary>
    public double Copied { get; init; }

    /// <summary>How far the index is, while it is built.</summary>
    public IndexBuildProgress? Index { get; init; }
}
