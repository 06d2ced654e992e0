using System.Globalization;

namespace PgEmbed.Postgres.Cluster;

/// <summary>What postmaster.pid, which a running server keeps in its data folder, says of it.</summary>
/// <param name="ProcessId">The server's process.</param>
/// <param name="Port">Its port, of the socket and of the loopback interface.</param>
/// <param name="SocketDirectory">The folder of its socket; empty until it listens.</param>
/// <param name="Status"><c>starting</c>, <c>ready</c>, <c>standby</c> or <c>stopping</c>.</param>
/// <remarks>
/// A server that was killed leaves the file behind, and its process id may since belong to anyone:
/// <see cref="ServerProcesses"/> tells. The file of a server that is gone can be removed: PostgreSQL still finds
/// left-over backends by the shared memory of the data folder.
/// </remarks>
internal sealed record PostmasterFile(int ProcessId, int Port, string SocketDirectory, string Status)
{
    /// <summary>The name of the file in the data folder.</summary>
    public const string Name = "postmaster.pid";

    /// <summary>Whether the server takes connections.</summary>
    public bool IsReady => Status is "ready" or "standby";

    /// <summary>Reads the file; null where there is none, or none that names a process.</summary>
    /// <exception cref="PgEmbedException">The folder is another user's.</exception>
    public static PostmasterFile? Read(string dataDirectory)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(dataDirectory, Name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PgEmbedException(
                $"The private cluster's folder {dataDirectory} is not yours to read: {e.Message}",
                ClusterFolder.NotYours,
                e);
        }

        // The lines are the process id, data folder, start time, port, socket folder, address, shared memory, status.
        string Line(int number) => number < lines.Length ? lines[number].Trim() : "";
        if (!int.TryParse(Line(0), CultureInfo.InvariantCulture, out var processId) || processId <= 0)
            return null;
        _ = int.TryParse(Line(3), CultureInfo.InvariantCulture, out var port);
        return new PostmasterFile(processId, port, Line(4), Line(7) is "" ? "starting" : Line(7));
    }
}
