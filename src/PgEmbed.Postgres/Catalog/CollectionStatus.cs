namespace PgEmbed.Postgres.Catalog;

/// <summary>How a collection's store stands.</summary>
public sealed record CollectionStatus
{
    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Its table, as SQL writes it.</summary>
    public required string Source { get; init; }

    /// <summary>The columns that identify a row.</summary>
    public required IReadOnlyList<string> KeyColumns { get; init; }

    /// <summary>The columns whose text is embedded.</summary>
    public required IReadOnlyList<string> TextColumns { get; init; }

    /// <summary>The columns that are copied into the store.</summary>
    public required IReadOnlyList<string> CarriedColumns { get; init; }

    /// <summary>The space of its vectors; null where the collection has no store.</summary>
    public string? Space { get; init; }

    /// <summary>The space's id.</summary>
    public Guid? SpaceId { get; init; }

    /// <summary>The length of its vectors.</summary>
    public int? Dimensions { get; init; }

    /// <summary>How they are compared.</summary>
    public string? Metric { get; init; }

    /// <summary>How they are stored.</summary>
    public string? Codec { get; init; }

    /// <summary>The store's table, as SQL writes it.</summary>
    public string? Store { get; init; }

    /// <summary>Whether searches are answered from it.</summary>
    public bool? Serving { get; init; }

    /// <summary>How many vectors it has; null without the right to read them.</summary>
    public long? Vectors { get; init; }

    /// <summary>The rows of the table, as the server's planner estimates; null before the first ANALYZE.</summary>
    public long? SourceRows { get; init; }

    /// <summary>Its HNSW indexes.</summary>
    public IReadOnlyList<string> Indexes { get; init; } = [];

    /// <summary>Whether all of them are valid; null where there is none.</summary>
    public bool? IndexesValid { get; init; }

    /// <summary>Bytes on disk without those indexes.</summary>
    public long? StoreBytes { get; init; }

    /// <summary>Bytes on disk of those indexes.</summary>
    public long? IndexBytes { get; init; }

    /// <summary>How it is divided, in words; null for one table.</summary>
    public string? PartitionedBy { get; init; }

    /// <summary>Its partitions.</summary>
    public IReadOnlyList<StorePartition> Partitions { get; init; } = [];
}
