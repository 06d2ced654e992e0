namespace PgEmbed.Postgres.Cluster;

/// <summary>The folder of the server's socket, which only the server's account and root can enter.</summary>
/// <remarks>
/// It is the cluster's own, or a short one in the temporary folder where that path is too long for a socket. The short
/// one has a name that can't be foreseen, so nobody else can have made it; it goes when the server stops.
/// </remarks>
internal static class SocketFolder
{
    private const string TemporaryPrefix = "pgembed-";

    /// <summary>Chooses the folder for the next start, and makes it where it is a temporary one.</summary>
    /// <exception cref="PgEmbedException">The temporary folder's path is too long as well.</exception>
    public static async Task<string> ChooseAsync(ClusterFolder cluster, CancellationToken cancellationToken)
    {
        if (ServerSettings.CanHoldSocket(cluster.Socket))
            return cluster.Socket;
        var folder = Directory.CreateTempSubdirectory(TemporaryPrefix).FullName;
        if (!ServerSettings.CanHoldSocket(folder))
        {
            Directory.Delete(folder);
            throw new PgEmbedException(
                $"Neither {cluster.Socket} nor {folder} can hold a server's socket: too long, or with odd characters.",
                "Set TMPDIR to a short path.");
        }

        await cluster.GiveToServerAsync(folder, cancellationToken).ConfigureAwait(false);
        return folder;
    }

    /// <summary>Removes the sockets of a server that is gone, and the folder where it is a temporary one.</summary>
    public static void Clear(ClusterFolder cluster, string folder)
    {
        if (!Directory.Exists(folder))
            return;
        if (folder == cluster.Socket)
        {
            foreach (var file in Directory.EnumerateFiles(folder))
                File.Delete(file);
        }
        else if (Path.GetFileName(folder).StartsWith(TemporaryPrefix, StringComparison.Ordinal))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
