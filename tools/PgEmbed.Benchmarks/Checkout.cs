namespace PgEmbed.Benchmarks;

/// <summary>The checkout that the benches were built in, and the shared folder beside it.</summary>
internal static class Checkout
{
    /// <summary>The checkout's folder.</summary>
    /// <exception cref="PgEmbedException">There is none above the program.</exception>
    public static string Root { get; } = Find();

    /// <summary>A file or folder of the shared folder beside the checkout; null where it is not there.</summary>
    public static string? Shared(params string[] parts)
    {
        var path = Path.Combine([Path.GetDirectoryName(Root)!, "shared", .. parts]);
        return Path.Exists(path) ? path : null;
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PgEmbed.sln")))
                return folder.FullName;
        }

        throw new PgEmbedException("Benches run from a checkout: there is no PgEmbed.sln above the program.");
    }
}
