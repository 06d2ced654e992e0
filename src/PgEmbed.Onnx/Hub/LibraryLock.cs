namespace PgEmbed.Onnx.Hub;

/// <summary>
/// Held by whoever installs or removes a model of one name; between processes, by an exclusively opened file that the
/// system lets go of however its holder ends. The file stays: were it deleted, one process could lock the old file and
/// another a new one.
/// </summary>
internal static class LibraryLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock's file.</param>
    /// <param name="onWait">Called once where another holds it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<IDisposable> TakeAsync(string path, Action? onWait, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var said = false;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (!said)
                    onWait?.Invoke();
                said = true;
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Sharing violation on Windows; EAGAIN (Linux 11, macOS 35) elsewhere.
    private static bool IsHeld(IOException e) =>
        OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) == 32 : e.HResult is 11 or 35;
}
