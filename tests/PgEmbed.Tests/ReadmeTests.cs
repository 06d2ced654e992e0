using System.Text.RegularExpressions;
using Npgsql;
using PgEmbed.Cli;
using PgEmbed.Cli.Demo;
using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Testing;

namespace PgEmbed.Tests;

/// <summary>What the README says is what the project does.</summary>
public sealed partial class ReadmeTests
{
    private static string Readme => File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public async Task The_csharp_example_runs()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var printed = await ExampleAsync(database.ConnectionString);

        Assert.Equal(["Quiet keyboard"], printed);
        // The example above and the README's are one: line by line, but for where it connects and where it prints.
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "PgEmbed.Tests", "ReadmeTests.cs"));
        var own = Statements(source).ToHashSet(StringComparer.Ordinal);
        var missing = Statements(Block("csharp"))
            .Where(line => !line.StartsWith("using ", StringComparison.Ordinal)
                && !line.StartsWith("var builder", StringComparison.Ordinal)
                && !line.StartsWith("Console", StringComparison.Ordinal)
                && !own.Contains(line));
        Assert.Empty(missing);
    }

    [Fact]
    public async Task The_sql_examples_run()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        await PackageTable.CreateAsync(database.DataSource);
        var packages = await new PgEmbedClient(database.DataSource, embedder)
            .DefineCollectionAsync(PackageTable.Mapping);
        await packages.UpsertAsync(PackageFile.ReadAsync(PackageFile.Sample).Take(300));
        var statements = Block("sql").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, statements.Length);
        foreach (var statement in statements)
        {
            await using var command = database.DataSource.CreateCommand(statement);
            await using var reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync(), $"No row: {statement}");
        }
    }

    [Fact]
    public async Task Every_command_that_is_named_is_there()
    {
        foreach (Match line in CommandLine().Matches(Readme))
        {
            var command = line.Groups[1].Value;
            foreach (var subcommand in line.Groups[2].Value.Split("\\|", StringSplitOptions.TrimEntries))
            {
                using var output = new StringWriter();
                string[] args = subcommand.Length > 0 && char.IsLower(subcommand[0])
                    ? [command, subcommand, "--help"]
                    : [command, "--help"];
                var code = await PgEmbedCommand.RunAsync(
                    args, TextReader.Null, output, output, CancellationToken.None);
                Assert.True(code == 0, $"{string.Join(' ', args)}: {output}");
            }
        }
    }

    private static async Task<List<string>> ExampleAsync(string connectionString)
    {
        var printed = new List<string>();
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UsePgEmbed();
        await using var dataSource = builder.Build();
        await new SchemaMigrator(dataSource).UpAsync();

        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        var client = new PgEmbedClient(dataSource, embedder);

        await using var create = dataSource.CreateCommand(TableOfExample());
        await create.ExecuteNonQueryAsync();
        var articles = await client.DefineCollectionAsync(
            new CollectionMapping<Article>("articles").Key(a => a.Id).Text(a => a.Title).Text(a => a.Body));

        await articles.UpsertAsync([new Article(1, "Quiet keyboard", "Silent switches for the office", 49.90m)]);
        await articles.SyncAsync().LastAsync();         // rows that something else wrote
        await articles.BuildIndexAsync();

        await foreach (var hit in articles.SearchAsync("a keyboard that makes no noise", k: 10, a => a.Price < 60))
            printed.Add(hit.Row.Title!);
        return printed;
    }

    private static string TableOfExample() =>
        Block("csharp").Split('\n').Single(line => line.StartsWith("// CREATE TABLE", StringComparison.Ordinal))[3..];

    private static IEnumerable<string> Statements(string text) => text.Split('\n')
        .Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal));

    private static string Block(string language) =>
        Regex.Match(Readme, $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

    [GeneratedRegex(@"^\| `tools/pgembed (\w+) ?([^`]*)`", RegexOptions.Multiline)]
    private static partial Regex CommandLine();
}

public sealed record Article(int Id, string? Title, string? Body, decimal Price);
