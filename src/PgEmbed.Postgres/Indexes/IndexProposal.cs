using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Indexes;

/// <summary>A partial index or a division into partitions that would save time.</summary>
public sealed record IndexProposal
{
    /// <summary>The column that it goes by.</summary>
    public required string Column { get; init; }

    /// <summary>Whether the store has to carry the column first.</summary>
    public required bool Carries { get; init; }

    /// <summary>The condition of the partial index, over the collection's table; null where partitions are proposed.</summary>
    public string? Filter { get; init; }

    /// <summary>How the store is to be divided; null where a partial index is proposed.</summary>
    public Partitioning? Partitioning { get; init; }

    /// <summary>The share of the searches that it would serve.</summary>
    public required double Share { get; init; }

    /// <summary>What these searches take now on average, measured, in milliseconds.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>What they are expected to take with it.</summary>
    public required double ExpectedMilliseconds { get; init; }

    /// <summary>The share of the time of all searches that it is expected to save; what it costs others is taken off.</summary>
    public required double Gain { get; init; }

    /// <summary>Bytes that it is expected to take on disk beside what is there.</summary>
    public required long Bytes { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Reason { get; init; }
}
