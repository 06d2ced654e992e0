namespace PgEmbed.Postgres.Cluster;

/// <summary>What a private cluster is doing.</summary>
public enum LocalClusterState
{
    /// <summary>There are no data; the first start makes them.</summary>
    Absent,

    /// <summary>There are data and no server.</summary>
    Stopped,

    /// <summary>The server is there and does not take connections yet, or no longer: it recovers or stops.</summary>
    Busy,

    /// <summary>The server takes connections.</summary>
    Running,
}
