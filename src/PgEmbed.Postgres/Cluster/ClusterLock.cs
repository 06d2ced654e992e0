using System.Diagnostics;

namespace PgEmbed.Postgres.Cluster;

/// <summary>
/// The lock held over everything that changes a cluster: check and start, stop, destroy. The system releases it when
/// the process ends, however it ends.
/// </summary>
/// <remarks>
/// It is an advisory lock (flock) on a file in the cluster's folder. Destroying a cluster removes that file, so whoever
/// waited for it might lock a file that is no longer there while another locks its successor: the file's length,
/// chosen at random through the handle, tells whether the path still leads to the locked file.
/// </remarks>
internal static class ClusterLock
{
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnBsd = 35;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Takes the lock, waiting for another's release.</summary>
    /// <param name="file">The lock's path.</param>
    /// <param name="prepare">Sees to the folder before each try; false where there is nothing to lock.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The lock, released when disposed; null where there is nothing to lock.</returns>
    /// <exception cref="PgEmbedException">Another held it all the time, or the folder is another user's.</exception>
    public static async Task<FileStream?> TakeAsync(
        string file, Func<bool> prepare, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!prepare())
                return null;
            if (TryTake(file) is { } taken)
                return taken;
            if (clock.Elapsed > timeout)
                throw new PgEmbedException(
                    $"Another process has been starting or stopping the private cluster for {timeout}.",
                    $"Wait for it or end it; it holds the lock {file}.");
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static FileStream? TryTake(string file)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            stream.SetLength(Random.Shared.Next(1, 1 << 20));
            var path = new FileInfo(file);
            if (path.Exists && path.Length == stream.Length)
                return stream;
        }
        catch (DirectoryNotFoundException)
        {
            // Destroyed since it was prepared; the caller prepares it again.
        }
        catch (IOException e) when (e.HResult is WouldBlockOnLinux or WouldBlockOnBsd)
        {
            // Held by another.
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PgEmbedException(
                $"The private cluster's lock {file} is not yours to take: {e.Message}",
                ClusterFolder.NotYours,
                e);
        }

        stream?.Dispose();
        return null;
    }
}
