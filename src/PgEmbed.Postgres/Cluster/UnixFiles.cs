// LocalCluster.Open refuses Windows, so nothing here is reached there.
#pragma warning disable CA1416

namespace PgEmbed.Postgres.Cluster;

/// <summary>Files and folders with the rights that a private cluster gives them, whatever the umask.</summary>
internal static class UnixFiles
{
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerEnters = OwnerReads | UnixFileMode.UserExecute;
    private const UnixFileMode AllRead = OwnerReads | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode AllEnter = OwnerEnters | AllRead | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes a folder that its owner alone can enter.</summary>
    public static void CreatePrivateFolder(string path) => Directory.CreateDirectory(path, OwnerEnters);

    /// <summary>Makes a folder that all can enter, and so the missing ones above it, or its owner alone.</summary>
    public static void CreateFolder(string path, bool allEnter)
    {
        if (allEnter && Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent))
            CreateFolder(parent, allEnter);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, allEnter ? AllEnter : OwnerEnters);
    }

    /// <summary>Writes a new file that its owner alone can read.</summary>
    public static void WriteSecret(string path, string text)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerReads,
        };
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }

    /// <summary>Writes a file that all can read, in one step: a killed writer leaves the former one.</summary>
    public static void Replace(string path, string text)
    {
        var draft = path + ".new";
        File.WriteAllText(draft, text);
        File.SetUnixFileMode(draft, AllRead);
        File.Move(draft, path, overwrite: true);
    }
}
