namespace PgEmbed.Postgres.Indexes;

/// <summary>How far a build has come.</summary>
public sealed record IndexBuildProgress
{
    /// <summary>The table, or partition, at hand.</summary>
    public required string Table { get; init; }

    /// <summary>Which of how many tables it is, from 1.</summary>
    public int Step { get; init; } = 1;

    /// <summary>How many tables there are.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>What it is doing, in the server's words.</summary>
    public required string Phase { get; init; }

    /// <summary>Vectors in the index by now.</summary>
    public long Rows { get; init; }

    /// <summary>Vectors that will be in it.</summary>
    public long TotalRows { get; init; }

    /// <summary>Time since the build began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Time until all vectors are in the index; null while it would be a guess.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Transactions that it waits for at this moment.</summary>
    public IReadOnlyList<BlockingTransaction> WaitsFor { get; init; } = [];

    /// <summary>A message for the reader, where this report is one: the graph didn't fit, a leftover was removed…</summary>
    public string? Message { get; init; }
}
