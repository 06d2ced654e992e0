using System.Diagnostics;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Testing;

/// <summary>
/// The folder of this test process in the temporary folder, with its clusters. It is removed and its servers are ended
/// however the process ends.
/// </summary>
/// <remarks>
/// A test host gets about 100 ms to exit, too little to stop a server in. So a shell started at the beginning waits for
/// the end of its stdin, which comes with the end of this process, and clears up then. Where the shell was killed too,
/// the next run does: a run holds the lock of its <c>.alive</c> file, and one whose lock is free has ended.
/// </remarks>
public static class TestRun
{
    private const string ClearUp = """
        exec > /dev/null 2>&1
        trap '' INT TERM HUP
        cat
        for file in "$1"/*/data/postmaster.pid; do
            read -r id < "$file" || continue
            [ -d /proc/self ] && ! grep -q '^postgres' "/proc/$id/comm" && continue
            kill -QUIT "$id" || continue
            tries=0
            while [ -e "$file" ] && [ "$tries" -lt 100 ]; do
                sleep 0.1
                tries=$((tries + 1))
            done
        done
        rm -rf "$1" && rm -f "$1.alive"
        """;

    private static readonly string Runs =
        Path.Combine(Path.GetTempPath(), $"pgembed-tests-{Environment.UserName}");

    private static readonly Lazy<string> Folder = new(Begin);
    private static FileStream? _alive;
    private static Process? _clearer;

    /// <summary>A path that nothing is at yet, for a cluster that goes at the end of the run at the latest.</summary>
    public static string NewClusterDirectory(string name) =>
        Path.Combine(Folder.Value, $"{name}-{Guid.NewGuid().ToString("N")[..8]}");

    private static string Begin()
    {
        Directory.CreateDirectory(Runs);
        RemoveEnded();
        var folder = Path.Combine(Runs, $"{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");
        _alive = new FileStream(folder + ".alive", FileMode.CreateNew, FileAccess.Write, FileShare.None);
        Directory.CreateDirectory(folder);

        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "-c", ClearUp, "sh", folder },
        };
        _clearer = Process.Start(start);
        return folder;
    }

    private static void RemoveEnded()
    {
        foreach (var folder in Directory.EnumerateDirectories(Runs))
        {
            var alive = folder + ".alive";
            try
            {
                using (new FileStream(alive, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None))
                    RemoveRun(folder);
                File.Delete(alive);
            }
            catch (Exception e) when (e is IOException or PgEmbedException)
            {
                // It is alive, or its shell is clearing up at this moment.
                Debug.WriteLine(e.Message);
            }
        }
    }

    private static void RemoveRun(string folder)
    {
        foreach (var cluster in Directory.EnumerateDirectories(folder))
        {
            if (File.Exists(Path.Combine(cluster, "data", "postmaster.pid")))
                LocalCluster.Open(new LocalClusterOptions { Directory = cluster })
                    .DestroyAsync().GetAwaiter().GetResult();
        }

        Directory.Delete(folder, recursive: true);
    }
}
