using PgEmbed.Quality;

namespace PgEmbed.Postgres.Indexes;

/// <summary>Whether churn has cost an index recall or size, and what to do about it.</summary>
public sealed record IndexHealth
{
    /// <summary>What to do.</summary>
    public required IndexRemedy Remedy { get; init; }

    /// <summary>Why, a sentence each; also why not more.</summary>
    public required IReadOnlyList<string> Evidence { get; init; }

    /// <summary>What does it; null where nothing is to be done.</summary>
    public string? Statement { get; init; }

    /// <summary>What was measured.</summary>
    public required IndexCheckResult Check { get; init; }

    /// <summary>When the table was last vacuumed, by hand or by itself; null: never since the statistics were reset.</summary>
    public DateTime? LastVacuum { get; init; }

    /// <summary>Rows that were updated or deleted since the statistics were reset.</summary>
    public long ChangedRows { get; init; }

    /// <summary>The size of a fresh build on a copy of the table; null where none was made.</summary>
    public long? FreshBytes { get; init; }

    /// <summary>The recall of that fresh build for the same queries.</summary>
    public double? FreshRecall { get; init; }

    /// <summary>What the index finds less than the fresh build, query by query, at 95 %.</summary>
    public ConfidenceInterval? RecallLoss { get; init; }
}
