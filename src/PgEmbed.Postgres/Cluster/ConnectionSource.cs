namespace PgEmbed.Postgres.Cluster;

/// <summary>What named a server.</summary>
public enum ConnectionSource
{
    /// <summary>The caller: an option or argument.</summary>
    Given,

    /// <summary>The variable <c>PGEMBED_CONNECTION</c>.</summary>
    PgEmbedVariable,

    /// <summary>PostgreSQL's own variables, <c>PGHOST</c> and its like.</summary>
    PostgresVariables,

    /// <summary>Nothing, so it is the private cluster.</summary>
    LocalCluster,
}
