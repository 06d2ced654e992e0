namespace PgEmbed.Cli.Demo;

/// <summary>A package of the sample: a row of the demo's table, named as in the file.</summary>
public sealed record Package
{
    /// <summary>The key.</summary>
    public required int Id { get; init; }

    /// <summary>The package's name.</summary>
    public required string Name { get; init; }

    /// <summary>The source package.</summary>
    public required string Source { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>What it is about: games, net, libs…</summary>
    public required string Section { get; init; }

    /// <summary>required, important, standard, optional or extra.</summary>
    public required string Priority { get; init; }

    /// <summary>all, or the processor it is built for.</summary>
    public required string Architecture { get; init; }

    /// <summary>Size when installed, in KiB.</summary>
    public required int InstalledKb { get; init; }

    /// <summary>Size of the archive.</summary>
    public required long DownloadBytes { get; init; }

    /// <summary>Who looks after it, as a number.</summary>
    public required int MaintainerId { get; init; }

    /// <summary>Its web page; empty where it has none.</summary>
    public required string Homepage { get; init; }

    /// <summary>Its debtags.</summary>
    public required string[] Tags { get; init; }

    /// <summary>How many packages it depends on.</summary>
    public required int Depends { get; init; }

    /// <summary>One line on what it is.</summary>
    public required string Synopsis { get; init; }

    /// <summary>Some paragraphs on what it is.</summary>
    public required string Description { get; init; }
}
