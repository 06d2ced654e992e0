using System.Xml.Linq;
using PgEmbed.Testing;

namespace PgEmbed.Tests;

/// <summary>Dependencies point one way: what docs/architecture.md draws is what the project files say.</summary>
public sealed class DependencyTests
{
    // Which projects a project may reference. One that is not there yet may be added only with its line here.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["PgEmbed.Core"] = [],
        ["PgEmbed.Onnx"] = ["PgEmbed.Core"],
        ["PgEmbed.Postgres"] = ["PgEmbed.Core"],
        ["PgEmbed.Worker"] = ["PgEmbed.Core", "PgEmbed.Postgres"],
        ["PgEmbed.Upgrade"] = ["PgEmbed.Core", "PgEmbed.Postgres", "PgEmbed.Worker"],
        ["PgEmbed.Bridge"] = ["PgEmbed.Core"],
        ["PgEmbed"] = ["PgEmbed.Core", "PgEmbed.Onnx", "PgEmbed.Postgres", "PgEmbed.Worker", "PgEmbed.Upgrade"],
        ["PgEmbed.Migrations"] = ["PgEmbed.Core"],
    };

    // Core computes: it neither connects, nor runs models, nor logs.
    private static readonly Dictionary<string, string[]> Forbidden = new(StringComparer.Ordinal)
    {
        ["PgEmbed.Core"] = ["Npgsql", "Dapper", "Pgvector", "Microsoft.EntityFrameworkCore", "Microsoft.Extensions"],
        ["PgEmbed.Onnx"] = ["Npgsql", "Dapper", "Pgvector", "Microsoft.EntityFrameworkCore"],
        ["PgEmbed.Postgres"] = ["Microsoft.ML", "Microsoft.EntityFrameworkCore"],
    };

    public static TheoryData<string> Projects =>
        [.. ProjectFiles().Select(file => Path.GetFileNameWithoutExtension(file))];

    [Fact]
    public void The_projects_are_there() => Assert.Superset(
        new HashSet<string> { "PgEmbed.Core", "PgEmbed.Onnx", "PgEmbed.Postgres", "PgEmbed", "PgEmbed.Migrations" },
        ProjectFiles().Select(file => Path.GetFileNameWithoutExtension(file)!).ToHashSet());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_it_may(string project)
    {
        var file = XDocument.Load(ProjectFiles().Single(f => Path.GetFileNameWithoutExtension(f) == project));
        var references = file.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))!);
        var packages = file.Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value);

        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} has no line in the table above.");
        Assert.Subset(allowed.ToHashSet(), references.ToHashSet());
        foreach (var forbidden in Forbidden.GetValueOrDefault(project, []))
            Assert.DoesNotContain(packages, package => package.StartsWith(forbidden, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "PgEmbed.sln"));
        var projects = new[] { "src", "tests", "tools", "migrations" }
            .SelectMany(folder => Directory.EnumerateFiles(
                Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories));

        Assert.All(projects, project => Assert.Contains(Path.GetFileName(project), solution, StringComparison.Ordinal));
    }

    private static IEnumerable<string> ProjectFiles() => new[] { "src", "migrations" }
        .SelectMany(folder => Directory.EnumerateFiles(
            Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories));
}
