namespace PgEmbed.Onnx.Models;

/// <summary>Paths in a model folder: neither what a file names nor a link leads out of it.</summary>
/// <remarks>
/// The hub's own cache keeps a model's files in <c>blobs</c>, and in <c>snapshots/COMMIT</c> beside it links to them:
/// those links alone may lead out of the folder.
/// </remarks>
internal static class ModelPath
{
    // Of snapshots/COMMIT/1_Pooling, say, the folder of the snapshot is the parent.
    private const int SnapshotLevels = 3;

    /// <summary>The full path of a file or folder in a model folder.</summary>
    /// <param name="folder">The model folder's full path.</param>
    /// <param name="path">The path in it, with <c>/</c>; empty for the folder itself.</param>
    /// <param name="source">Who says so, for the message.</param>
    /// <exception cref="PgEmbedException">The path or a link leads out of the folder.</exception>
    public static string In(string folder, string path, string source)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var full = FullPath(root, path, source);
        if (full != root && !IsWithin(full, root))
            throw new PgEmbedException(
                $"{source}: '{path}' leads out of the model folder {folder}.",
                "Only files in the folder are read: put the file there.");
        if (RealPath.Of(full) is var real && !IsWithinModel(real, RealPath.Of(root)))
            throw new PgEmbedException(
                $"{path} in {folder} is a link that leads out of it, to {real}.",
                "Put the file itself there, if it belongs to the model.");
        return full;
    }

    /// <summary>The full path of a file of a fixed name.</summary>
    /// <inheritdoc cref="In(string, string, string)"/>
    public static string In(string folder, string path) => In(folder, path, "The model");

    private static string FullPath(string root, string path, string source)
    {
        try
        {
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(root, path)));
        }
        catch (ArgumentException e)
        {
            throw new PgEmbedException($"{source}: '{path}' is not a path.", innerException: e);
        }
    }

    private static bool IsWithinModel(string real, string root)
    {
        if (real == root || IsWithin(real, root))
            return true;
        var snapshot = root;
        for (var level = 0; level < SnapshotLevels && snapshot is not null; level++)
        {
            var parent = Path.GetDirectoryName(snapshot);
            if (Path.GetFileName(parent) == "snapshots"
                && IsWithin(real, Path.Combine(Path.GetDirectoryName(parent)!, "blobs")))
                return true;
            snapshot = parent;
        }

        return false;
    }

    private static bool IsWithin(string path, string folder) =>
        path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
