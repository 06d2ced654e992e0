using System.Text.RegularExpressions;

namespace PgEmbed.Onnx.Hub;

/// <summary>A model on a hub, as one writes it: <c>ORG/NAME</c> or <c>ORG/NAME@REV</c>.</summary>
public sealed partial record HubModelId
{
    private HubModelId(string organization, string name, string revision)
    {
        Organization = organization;
        Name = name;
        Revision = revision;
    }

    /// <summary>Who published it.</summary>
    public string Organization { get; }

    /// <summary>Its name there.</summary>
    public string Name { get; }

    /// <summary>A branch, tag or commit; <c>main</c> where none was said.</summary>
    public string Revision { get; }

    /// <summary><c>ORG/NAME</c>.</summary>
    public string Id => $"{Organization}/{Name}";

    /// <summary>Reads <c>ORG/NAME[@REV]</c>.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static HubModelId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Form().Match(text);
        if (!match.Success || text.Contains("..", StringComparison.Ordinal))
            throw new FormatException(
                $"Expected a model on the hub as ORG/NAME or ORG/NAME@REVISION, got '{text}'.");
        return new HubModelId(
            match.Groups["org"].Value,
            match.Groups["name"].Value,
            match.Groups["rev"] is { Success: true, Value: var revision } ? revision : "main");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Id}@{Revision}";

    [GeneratedRegex(
        @"\A(?<org>[A-Za-z0-9_][A-Za-z0-9._-]{0,95})/(?<name>[A-Za-z0-9_][A-Za-z0-9._-]{0,95})"
        + @"(@(?<rev>[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,3}))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
