namespace PgEmbed.Testing;

/// <summary>The data of size that lie beside the repository, where they do.</summary>
public static class SharedData
{
    /// <summary>The nearest folder <c>shared</c> with data, beside the repository or above; null: absent.</summary>
    public static string? Directory { get; } = Find();

    /// <summary>The path of a file or folder of the shared data.</summary>
    /// <exception cref="FileNotFoundException">It is absent: use <see cref="SharedDataFactAttribute"/>.</exception>
    public static string PathOf(string name) =>
        Directory is not null && Path.Exists(Path.Combine(Directory, name))
            ? Path.Combine(Directory, name)
            : throw new FileNotFoundException($"The shared data have no {name}.");

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(Repository.Root).Parent; folder is not null; folder = folder.Parent)
        {
            var shared = Path.Combine(folder.FullName, "shared");
            if (System.IO.Directory.Exists(Path.Combine(shared, "data")))
                return shared;
        }

        return null;
    }
}
