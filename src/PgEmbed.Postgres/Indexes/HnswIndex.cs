using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes;

/// <summary>An HNSW index that a database has.</summary>
public sealed record HnswIndex
{
    /// <summary>Its schema, which is its table's.</summary>
    public required string Schema { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its table.</summary>
    public required string Table { get; init; }

    /// <summary>What is indexed, in the server's words.</summary>
    public required string Expression { get; init; }

    /// <summary>The operator class; null where it is none of pgvector's own.</summary>
    public HnswOperatorClass? OperatorClass { get; init; }

    /// <summary>The dimensions of what is indexed.</summary>
    public int Dimensions { get; init; }

    /// <summary>The condition of a partial index, in the server's words; null: all rows.</summary>
    public string? Filter { get; init; }

    /// <summary>Links a vector has in a layer.</summary>
    public int M { get; init; }

    /// <summary>Candidates looked at while building.</summary>
    public int EfConstruction { get; init; }

    /// <summary>Whether searches can use it.</summary>
    public HnswIndexState State { get; init; }

    /// <summary>The process that builds it, or holds the lock that one would; null where none does.</summary>
    public int? BuildingProcessId { get; init; }

    /// <summary>Bytes on disk, those of its partitions included.</summary>
    public long Bytes { get; init; }

    /// <summary>How many searches it has served since the statistics were reset.</summary>
    public long Scans { get; init; }

    /// <summary>Rows of the table, as the planner has them; −1 where it has none.</summary>
    public double TableRows { get; init; }

    /// <summary>The collection that the table is a store of; null where it is none.</summary>
    public string? Collection { get; init; }

    /// <summary>The store; null where the table is none.</summary>
    public int? StoreId { get; init; }

    /// <summary>The indexes on a partitioned table's partitions; empty for any other.</summary>
    public IReadOnlyList<HnswIndex> Partitions { get; init; } = [];

    /// <summary>The index as a statement names it.</summary>
    public string Sql => SqlName.Qualify(Schema, Name);

    /// <summary>The table as a statement names it.</summary>
    public string TableSql => SqlName.Qualify(Schema, Table);

    /// <summary>Whether the name is one that PgEmbed gives.</summary>
    public bool IsOurs { get; init; }

    /// <summary>What drops it.</summary>
    // The index of a partitioned table can't be dropped concurrently.
    public string DropStatement => $"DROP INDEX {(IsPartitioned ? "" : "CONCURRENTLY ")}{Sql}";

    internal uint Oid { get; init; }

    internal uint TableOid { get; init; }

    /// <summary>The index of the partitioned table that it belongs to; 0 for none.</summary>
    internal uint ParentOid { get; init; }

    /// <summary>Whether it is the index of a partitioned table, which holds no vector itself.</summary>
    internal bool IsPartitioned { get; init; }

    /// <summary>The column, where it is one as it is that is indexed.</summary>
    internal string? Column { get; init; }
}
