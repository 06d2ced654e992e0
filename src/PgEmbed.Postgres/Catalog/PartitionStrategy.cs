namespace PgEmbed.Postgres.Catalog;

/// <summary>How PostgreSQL divides a partitioned store.</summary>
public enum PartitionStrategy
{
    /// <summary>By ranges of a column: windows of time, bands of price.</summary>
    Range,

    /// <summary>By values of a column: a tenant, a kind.</summary>
    List,

    /// <summary>By the hash of a column: as many partitions as asked, about equally large.</summary>
    Hash,
}
