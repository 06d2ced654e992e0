using System.IO.Enumeration;

namespace PgEmbed.Postgres.Cluster;

/// <summary>The folder of a private cluster: which files it has, whose they are, and whether it is ours.</summary>
/// <remarks>
/// <code>
/// PGEMBED_CLUSTER   says that the folder is ours; written first, and without it nothing is ever deleted
/// lock              see ClusterLock
/// pgembed.conf      see ServerSettings; data/postgresql.conf includes it
/// pgpass            the password, in libpq's form, for the owner's eyes only
/// data/ socket/ log/   the server's own, the only folders that its account can write when root calls
/// new-*/            a cluster being made; renamed to the three above when complete, data/ last
/// </code>
/// </remarks>
internal sealed class ClusterFolder(string path, string? account)
{
    /// <summary>The remedy where the folder can't be read or written.</summary>
    public const string NotYours =
        "Use it as the user who made it, point HOME or XDG_DATA_HOME to a folder of yours, or name a server with "
        + "--connection or PGEMBED_CONNECTION.";

    private const string MarkerName = "PGEMBED_CLUSTER";

    /// <summary>The folder itself.</summary>
    public string Path { get; } = path;

    /// <summary>The account of the server where it is not the caller's own.</summary>
    public string? Account { get; } = account;

    public string Lock => In("lock");

    public string Settings => In("pgembed.conf");

    public string PasswordFile => In("pgpass");

    public string Data => In("data");

    public string Socket => In("socket");

    public string Log => In("log/server.log");

    /// <summary>Whether there is a complete cluster.</summary>
    public bool HasData => File.Exists(In("data/PG_VERSION"));

    /// <summary>The major version of the data; null where there are none.</summary>
    public string? DataVersion => HasData ? File.ReadAllText(In("data/PG_VERSION")).Trim() : null;

    /// <summary>The folder to use where the caller names none.</summary>
    /// <exception cref="PgEmbedException">The user has no data folder.</exception>
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable("PGEMBED_CLUSTER") is { Length: > 0 } set)
            return set;
        if (Environment.IsPrivilegedProcess)
            return "/var/lib/pgembed/cluster";
        var folder = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return System.IO.Path.IsPathFullyQualified(folder)
            ? System.IO.Path.Combine(folder, "pgembed", "cluster")
            : throw new PgEmbedException(
                "There is no data folder for the private PostgreSQL cluster: HOME and XDG_DATA_HOME are unset.",
                "Set HOME, or name a server with --connection or PGEMBED_CONNECTION.");
    }

    /// <summary>Whether there is the folder of a private cluster.</summary>
    /// <exception cref="PgEmbedException">The folder has files of others.</exception>
    public bool Exists()
    {
        if (!IsOurs && Directory.Exists(Path))
            throw NotOurs();
        return IsOurs;
    }

    /// <summary>Makes the folder ours where it is absent or empty; always true.</summary>
    /// <exception cref="PgEmbedException">It has files of others, or can't be written.</exception>
    public bool Claim()
    {
        try
        {
            // Another process may be claiming it too: the marker is what comes first into the folder.
            var occupied = Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any();
            if (IsOurs)
                return true;
            if (occupied)
                throw NotOurs();
            UnixFiles.CreateFolder(Path, allEnter: Account is not null);
            using var marker = new FileStream(
                In(MarkerName), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            marker.Write("A private PostgreSQL cluster; 'pgembed db destroy' removes it.\n"u8);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PgEmbedException(
                $"The folder {Path} of the private PostgreSQL cluster can't be made or written: {e.Message}",
                NotYours,
                e);
        }
    }

    /// <summary>Makes the server's account, where that is another, the owner of a folder and all in it.</summary>
    public async Task GiveToServerAsync(string folder, CancellationToken cancellationToken)
    {
        if (Account is null)
            return;
        var result = await Subprocess
            .RunAsync("chown", ["-R", Account, folder], cancellationToken: cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new PgEmbedException(
                $"{folder} can't be given to the account '{Account}': {result.Message}",
                "PostgreSQL refuses to run as root: install it so that its account exists, or name another account.");
    }

    /// <summary>The size of all files.</summary>
    public long Bytes() =>
        Directory.Exists(Path)
            ? new FileSystemEnumerable<long>(
                Path,
                (ref FileSystemEntry entry) => entry.IsDirectory ? 0 : entry.Length,
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }).Sum()
            : 0;

    /// <summary>The end of what the server logged since <paramref name="position"/>.</summary>
    public string LogSince(long position)
    {
        if (!File.Exists(Log))
            return "";
        using var stream = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = Math.Min(position, stream.Length);
        using var reader = new StreamReader(stream);
        return string.Join('\n', reader.ReadToEnd().TrimEnd().Split('\n').TakeLast(20));
    }

    /// <summary>The length of the server's log.</summary>
    public long LogLength() => File.Exists(Log) ? new FileInfo(Log).Length : 0;

    /// <summary>The folders of clusters that were being made when their maker was killed.</summary>
    public IEnumerable<string> HalfMade() => Directory.EnumerateDirectories(Path, "new-*");

    /// <summary>A folder, not there yet, to make a cluster in.</summary>
    public string Draft() => In($"new-{Guid.NewGuid():N}");

    /// <summary>Deletes the folder, and what is left of earlier ones whose deletion was cut short.</summary>
    /// <remarks>It is renamed first: whoever waits for the lock finds either a whole cluster or none.</remarks>
    /// <exception cref="PgEmbedException">The folder can't be removed.</exception>
    public void Delete()
    {
        try
        {
            Directory.Move(Path, $"{Path}.destroyed-{Guid.NewGuid():N}");
            var remains = Directory.EnumerateDirectories(
                System.IO.Path.GetDirectoryName(Path)!, System.IO.Path.GetFileName(Path) + ".destroyed-*");
            foreach (var folder in remains)
                DeleteMarked(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PgEmbedException($"The private cluster {Path} can't be removed: {e.Message}", null, e);
        }
    }

    private static void DeleteMarked(string folder)
    {
        var marker = System.IO.Path.Combine(folder, MarkerName);
        if (!File.Exists(marker))
            return;
        try
        {
            // The marker goes last: without it nobody would know what the rest is.
            foreach (var inner in Directory.EnumerateDirectories(folder))
                Directory.Delete(inner, recursive: true);
            foreach (var file in Directory.EnumerateFiles(folder).Where(file => file != marker))
                File.Delete(file);
            File.Delete(marker);
            Directory.Delete(folder);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process is deleting it too, and was quicker.
        }
    }

    private bool IsOurs => File.Exists(In(MarkerName));

    private PgEmbedException NotOurs() =>
        new($"The folder {Path} has files and is not a private cluster of PgEmbed.", "Name another folder.");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
