using System.Diagnostics;
using System.Globalization;

namespace PgEmbed.Postgres.Cluster;

/// <summary>The living PostgreSQL processes of one data folder, known by their working directory.</summary>
/// <remarks>
/// A server keeps its data folder as its working directory, a zombie has none, and a process that was given a dead
/// server's id has another. Looking at it takes the rights of the process's account: root in a container usually lacks
/// the capability, so a shell under that account looks (<c>-ef</c> compares device and inode, following links).
/// Systems without /proc know no more than a process's name.
/// </remarks>
internal sealed class ServerProcesses(string dataDirectory, string? account)
{
    private static readonly TimeSpan QuitTime = TimeSpan.FromSeconds(5);

    private const string KeepThoseOfFolder = """
        folder=$1
        shift
        for id; do
            if [ "/proc/$id/cwd" -ef "$folder" ] && read -r name < "/proc/$id/comm"; then
                case $name in postgres*|postmaster*) echo "$id" ;; esac
            fi
        done
        """;

    /// <summary>Reads postmaster.pid of a server that is there; null where none runs in this folder.</summary>
    public async Task<PostmasterFile?> FindServerAsync(CancellationToken cancellationToken) =>
        PostmasterFile.Read(dataDirectory) is { } file
        && await KeepAsync([file.ProcessId], cancellationToken).ConfigureAwait(false) is [_]
            ? file
            : null;

    /// <summary>
    /// Ends what a killed server left running: a backend amid a long query notices the loss only at its end, and until
    /// then PostgreSQL rightly refuses to start beside it. Without /proc such a start fails with that reason.
    /// </summary>
    /// <remarks>Nothing committed is lost: to the data folder this is a crash like the server's own.</remarks>
    public async Task EndOrphansAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var clock = Stopwatch.StartNew();
        while (await KeepAsync(AllProcesses(), cancellationToken).ConfigureAwait(false) is [_, ..] orphans)
        {
            if (clock.Elapsed > 2 * QuitTime)
                throw new PgEmbedException(
                    $"Processes of a killed server are still in {dataDirectory}: {string.Join(", ", orphans)}.",
                    "End them with 'kill -9' and start again.");
            foreach (var orphan in orphans)
                NativeMethods.Signal(
                    orphan, clock.Elapsed < QuitTime ? NativeMethods.SignalQuit : NativeMethods.SignalKill);
            await Task.Delay(20, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<int>> KeepAsync(IEnumerable<int> processIds, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            return [.. processIds.Where(IsNamedPostgres)];
        string[] ids = [.. processIds.Select(id => id.ToString(CultureInfo.InvariantCulture))];
        string[] arguments = ["-c", KeepThoseOfFolder, "sh", dataDirectory, .. ids];
        var kept = await Subprocess.RunAsync("/bin/sh", arguments, account, "/", cancellationToken)
            .ConfigureAwait(false);
        return [.. kept.Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
    }

    private static IEnumerable<int> AllProcesses()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            var name = Path.GetFileName(folder);
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                yield return id;
        }
    }

    private static bool IsNamedPostgres(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.ProcessName is "postgres";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
