using System.Text.RegularExpressions;

namespace PgEmbed.Migrations;

/// <summary>Which versions of pgvector work.</summary>
public static partial class PgvectorSupport
{
    /// <summary>Older ones are refused: they have no iterative index scan.</summary>
    public static Version Minimum { get; } = new(0, 8, 0);

    /// <summary>
    /// Older ones work with a warning: parallel HNSW builds can write out of bounds (before 0.8.2), vacuum can
    /// corrupt an HNSW graph (before 0.8.3) or leave it unrepaired (before 0.8.4).
    /// </summary>
    public static Version Advised { get; } = new(0, 8, 4);

    /// <summary>Reads a version as <c>pg_extension.extversion</c> has it; what follows its numbers is cut.</summary>
    /// <exception cref="FormatException">It does not begin with numbers.</exception>
    public static Version Parse(string text)
    {
        var match = Numbers().Match(text);
        if (!match.Success)
            throw new FormatException($"Expected a version of pgvector such as {Advised}, got '{text}'.");
        return new Version(Part(1), Part(2), Part(3));

        int Part(int group) => match.Groups[group].Success
            ? int.Parse(match.Groups[group].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>What is wrong with the extension in a database, with the remedy; null where nothing is.</summary>
    /// <param name="installed">Its version as <c>pg_extension.extversion</c> has it; null where it is absent.</param>
    public static string? Complaint(string? installed)
    {
        if (installed is null)
            return "The extension vector is not in this database. Install pgvector "
                + $"{Advised} or newer on the server; it is created with the schema.";
        var version = Parse(installed);
        if (version >= Advised)
            return null;
        var fault = version < Minimum
            ? $"Expected pgvector {Minimum} or newer, got {version}."
            : $"pgvector {version} works, but has known faults in building and vacuuming HNSW indexes.";
        return $"{fault} Install pgvector {Advised} or newer on the server, then run ALTER EXTENSION vector UPDATE.";
    }

    [GeneratedRegex(@"^([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
