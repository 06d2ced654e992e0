namespace PgEmbed.Postgres.Indexes;

/// <summary>What settings give, measured on a sample, and which are advised.</summary>
public sealed record IndexTuning
{
    /// <summary>The recall to reach.</summary>
    public required double Recall { get; init; }

    /// <summary>How many neighbours counted.</summary>
    public required int K { get; init; }

    /// <summary>Rows that were measured on.</summary>
    public required long SampleRows { get; init; }

    /// <summary>Rows that the table has.</summary>
    public required long Rows { get; init; }

    /// <summary>What the queries were, for people.</summary>
    public required string QuerySource { get; init; }

    /// <summary>The curve of each setting, in the order in which they were tried.</summary>
    public required IReadOnlyList<IndexTuningCurve> Curves { get; init; }

    /// <summary>The setting that reaches the recall with the fewest pages read; null where none does.</summary>
    public IndexTuningAdvice? Advice { get; init; }
}
