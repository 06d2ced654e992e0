using PgEmbed.Postgres.Indexes.Building;

namespace PgEmbed.Postgres.Indexes;

/// <summary>What a build will do, worked out before anything is changed.</summary>
public sealed record IndexBuildPlan
{
    /// <summary>What is indexed.</summary>
    public required IndexTarget Target { get; init; }

    /// <summary>The index's name when all is done.</summary>
    public required string IndexName { get; init; }

    /// <summary>How it is built.</summary>
    public required HnswOptions Options { get; init; }

    /// <summary>The index that is there and does the same; null for none.</summary>
    public HnswIndex? Existing { get; init; }

    /// <summary>Whether <see cref="Existing"/> is replaced. Otherwise, where there is one, nothing is done.</summary>
    public bool Replaces { get; init; }

    /// <summary>The builds, one for each table.</summary>
    public required IReadOnlyList<IndexBuildStep> Steps { get; init; }

    /// <summary>The most memory that a build may take.</summary>
    public required MemoryLimit MemoryLimit { get; init; }

    /// <summary>Transactions that the build would wait for now, the oldest first.</summary>
    public required IReadOnlyList<BlockingTransaction> WaitsFor { get; init; }

    /// <summary>What earlier builds left on the table: ours is removed first, another's is only told of.</summary>
    public required IReadOnlyList<Leftover> Leftovers { get; init; }

    /// <summary>What the reader should know: faults of the server's pgvector, too little shared memory…</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>All that will be run, in its order.</summary>
    public required IReadOnlyList<string> Statements { get; init; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsDone => Existing is not null && !Replaces;

    /// <summary>Whether the graph of a step doesn't fit in the memory.</summary>
    public bool Spills => !IsDone && Steps.Any(step => step.Spills);

    /// <summary>The index that is dropped before its table's rows are laid in another order; null for none.</summary>
    public HnswIndex? Dropped { get; init; }

    /// <summary>The tables whose rows are laid in another order.</summary>
    internal IReadOnlyList<TablePart> Parts { get; init; } = [];

    /// <summary>Indexes of partitioned tables, and what is attached to what, in the order in which it is done.</summary>
    internal IReadOnlyList<string> ParentStatements { get; init; } = [];

    /// <summary>What puts the new index in the place of the old one.</summary>
    internal IReadOnlyList<string> SwapStatements { get; init; } = [];
}
