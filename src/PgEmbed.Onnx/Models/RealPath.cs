namespace PgEmbed.Onnx.Models;

/// <summary>A path without links: what a file or folder really is.</summary>
internal static class RealPath
{
    // As many links as Linux follows.
    private const int MaxLinks = 40;

    /// <summary>Follows every link in a full path, those of folders on the way too.</summary>
    /// <exception cref="PgEmbedException">Links lead in a circle.</exception>
    public static string Of(string path)
    {
        var links = 0;
        var real = Path.GetPathRoot(path)!;
        var rest = new Stack<string>(Parts(path[real.Length..]));
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
                throw new PgEmbedException($"{path} is a link that leads in a circle.", "Remove the link.");
            if (Path.IsPathRooted(target))
                real = Path.GetPathRoot(target)!;
            foreach (var step in Parts(target[(Path.GetPathRoot(target)?.Length ?? 0)..]))
                rest.Push(step);
        }

        return real;
    }

    /// <summary>The parts of a path, the last one first.</summary>
    private static IEnumerable<string> Parts(string path) => path
        .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)
        .Where(part => part != ".")
        .Reverse();
}
