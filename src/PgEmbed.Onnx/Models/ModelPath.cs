namespace PgEmbed.Onnx.Models;

/// <summary>Paths that a model folder's files name: they never lead out of the folder.</summary>
internal static class ModelPath
{
    /// <summary>The full path of a file or folder in a model folder.</summary>
    /// <param name="folder">The model folder's full path.</param>
    /// <param name="path">The path in it, with <c>/</c>; empty for the folder itself.</param>
    /// <param name="source">Who says so, for the message.</param>
    /// <exception cref="PgEmbedException">The path leads out of the folder.</exception>
    public static string In(string folder, string path, string source)
    {
        var root = Path.TrimEndingDirectorySeparator(folder);
        try
        {
            var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(root, path)));
            if (full == root || full.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                return full;
        }
        catch (ArgumentException e)
        {
            throw new PgEmbedException($"{source}: '{path}' is not a path.", innerException: e);
        }

        throw new PgEmbedException(
            $"{source}: '{path}' leads out of the model folder {folder}.",
            "Only files in the folder are read: put the file there.");
    }
}
