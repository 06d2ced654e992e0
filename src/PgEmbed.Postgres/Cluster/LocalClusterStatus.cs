namespace PgEmbed.Postgres.Cluster;

/// <summary>What there is to know of a private cluster without changing it.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Directory">Its folder, all of it.</param>
/// <param name="DataDirectory">PostgreSQL's data folder in it.</param>
/// <param name="Version">The running server's version, the data's major version while it is stopped, else null.</param>
/// <param name="ProcessId">The server's process; null where none runs.</param>
/// <param name="Port">The server's port on the loopback interface and of its socket; null where none runs.</param>
/// <param name="SocketDirectory">The folder of its socket; null where none runs.</param>
/// <param name="Bytes">The size of all files in the folder.</param>
public sealed record LocalClusterStatus(
    LocalClusterState State,
    string Directory,
    string DataDirectory,
    string? Version,
    int? ProcessId,
    int? Port,
    string? SocketDirectory,
    long Bytes);
