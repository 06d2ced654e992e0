using System.Globalization;
using System.Text.RegularExpressions;

namespace PgEmbed.Postgres.Cluster;

/// <summary>PostgreSQL's server programs of one version, in one folder.</summary>
/// <param name="BinDirectory">The folder with <c>postgres</c>, <c>initdb</c>, <c>pg_ctl</c> and <c>psql</c>.</param>
/// <param name="Version">The version as it names itself, e.g. <c>15.14</c> or <c>18beta1</c>.</param>
/// <param name="HasVector">Whether pgvector is installed beside it.</param>
public sealed partial record PostgresInstallation(string BinDirectory, string Version, bool HasVector)
{
    /// <summary>The oldest major version that PgEmbed works with.</summary>
    public const int OldestMajor = 15;

    private const string Remedy =
        "Run 'tools/setup' to install PostgreSQL and pgvector, or set PGEMBED_PGBIN to the folder that has initdb.";

    /// <summary>The major version, e.g. 15.</summary>
    public int Major { get; } = MajorOf(Version);

    /// <summary>The path of one of the programs.</summary>
    public string Program(string name) => Path.Combine(BinDirectory, name);

    /// <summary>
    /// Finds the programs: <paramref name="binDirectory"/>, else <c>PGEMBED_PGBIN</c>, else the newest with pgvector
    /// among pg_config's on the PATH and the usual places of Linux distributions and macOS.
    /// </summary>
    /// <param name="binDirectory">The folder to use and no other; null to look for one.</param>
    /// <param name="major">The only major version that will do, that of existing data; null for any.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="PgEmbedException">None was found; the message lists what was tried.</exception>
    public static Task<PostgresInstallation> FindAsync(
        string? binDirectory = null, int? major = null, CancellationToken cancellationToken = default) =>
        FindAsync(binDirectory, major, Environment.GetEnvironmentVariable, "/", cancellationToken);

    /// <summary>The search over another environment and another file system root.</summary>
    internal static async Task<PostgresInstallation> FindAsync(
        string? binDirectory,
        int? major,
        Func<string, string?> environment,
        string root,
        CancellationToken cancellationToken)
    {
        binDirectory ??= environment("PGEMBED_PGBIN") is { Length: > 0 } set ? set : null;
        var places = binDirectory is not null
            ? [binDirectory]
            : await UsualPlacesAsync(environment, root, cancellationToken).ConfigureAwait(false);

        var tried = new List<string>();
        var usable = new List<PostgresInstallation>();
        foreach (var place in places)
        {
            var (found, fault) = await ExamineAsync(place, root, cancellationToken).ConfigureAwait(false);
            if (found is null)
                tried.Add($"{place}: {fault}");
            else if (found.Major < OldestMajor)
                tried.Add($"{place}: version {found.Version}, older than {OldestMajor}");
            else if (major is not null && found.Major != major)
                tried.Add($"{place}: version {found.Version}, and the cluster's data are of {major}");
            else
                usable.Add(found);
        }

        return usable
            .OrderByDescending(found => found.HasVector)
            .ThenByDescending(found => found.Major)
            .FirstOrDefault() ?? throw NotFound(major, tried);
    }

    private static PgEmbedException NotFound(int? major, List<string> tried)
    {
        var wanted = major is null ? $"PostgreSQL {OldestMajor} or newer" : $"PostgreSQL {major}";
        var places = tried is [] ? "the PATH and the usual places" : string.Join("; ", tried);
        return new PgEmbedException($"{wanted} was not found. Tried: {places}.", Remedy);
    }

    private static async Task<IReadOnlyList<string>> UsualPlacesAsync(
        Func<string, string?> environment, string root, CancellationToken cancellationToken)
    {
        var places = new List<string>();
        foreach (var folder in (environment("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathRooted))
        {
            if (File.Exists(Path.Combine(folder, "pg_config")))
                places.Add(await AskAsync(folder, "--bindir", cancellationToken).ConfigureAwait(false) ?? folder);
            // Often a link to the folder with all of them.
            var initdb = new FileInfo(Path.Combine(folder, "initdb"));
            if (initdb.Exists)
                places.Add((initdb.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? initdb).DirectoryName!);
        }

        foreach (var (folder, pattern, bin) in UsualFolders)
        {
            var parent = Path.Combine(root, folder);
            if (Directory.Exists(parent))
                places.AddRange(Directory.GetDirectories(parent, pattern).Select(match => Path.Combine(match, bin)));
        }

        return [.. places.Select(Path.TrimEndingDirectorySeparator).Distinct()];
    }

    private static readonly (string Folder, string Pattern, string Bin)[] UsualFolders =
    [
        ("usr/lib/postgresql", "*", "bin"), // Debian, Ubuntu
        ("usr", "pgsql-*", "bin"), // PostgreSQL's own RPM packages
        ("usr/libexec", "postgresql*", ""), // Alpine
        ("opt/homebrew/opt", "postgresql@*", "bin"), // Homebrew on Apple silicon
        ("usr/local/opt", "postgresql@*", "bin"), // Homebrew on Intel
        ("Applications/Postgres.app/Contents/Versions", "*", "bin"),
    ];

    private static async Task<(PostgresInstallation? Found, string Fault)> ExamineAsync(
        string folder, string root, CancellationToken cancellationToken)
    {
        string[] missing = [.. Needed.Where(name => !File.Exists(Path.Combine(folder, name)))];
        if (missing is not [])
            return (null, $"no {string.Join(", ", missing)}");
        var answer = await Subprocess
            .RunAsync(Path.Combine(folder, "postgres"), ["--version"], cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var version = VersionNumber().Match(answer.Output);
        if (answer.ExitCode != 0 || !version.Success)
            return (null, $"'postgres --version' says {answer.Message}");

        var share = await AskAsync(folder, "--sharedir", cancellationToken).ConfigureAwait(false);
        var major = MajorOf(version.Value);
        string[] shares = share is not null
            ? [share]
            : [
                Path.Combine(root, $"usr/share/postgresql/{major}"),
                Path.Combine(folder, "../share/postgresql"),
                Path.Combine(folder, "../share"),
            ];
        var hasVector = shares.Any(place => File.Exists(Path.Combine(place, "extension", "vector.control")));
        return (new PostgresInstallation(folder, version.Value, hasVector), "");
    }

    private static readonly string[] Needed = ["postgres", "initdb", "pg_ctl"];

    /// <summary>What pg_config of this folder answers; null where there is none or it has no answer.</summary>
    private static async Task<string?> AskAsync(string folder, string question, CancellationToken cancellationToken)
    {
        var program = Path.Combine(folder, "pg_config");
        if (!File.Exists(program))
            return null;
        var answer = await Subprocess.RunAsync(program, [question], cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return answer.ExitCode == 0 && answer.Output.Trim() is { Length: > 0 } path ? path : null;
    }

    private static int MajorOf(string version) =>
        int.Parse(LeadingDigits().Match(version).Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<=\(PostgreSQL\) )\d+\S*")]
    private static partial Regex VersionNumber();

    [GeneratedRegex(@"\A\d+")]
    private static partial Regex LeadingDigits();
}
