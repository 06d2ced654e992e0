using System.Text.Json;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class CodecApplyCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgembed-codec-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_collection_is_stored_otherwise_and_found_as_before()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var corpus = Path.Combine(_folder.FullName, "corpus.jsonl");
        await File.WriteAllLinesAsync(corpus, Enumerable.Range(1, 130).Select(i =>
            $$"""{"_id": "d{{i}}", "title": "Part {{i * 7}}", "text": "A part made in {{1900 + i}} for machine number {{i * i}}."}"""));
        var queries = Path.Combine(_folder.FullName, "queries.jsonl");
        await File.WriteAllTextAsync(queries, """{"_id": "q1", "text": "machine"}""");
        var qrels = Path.Combine(_folder.FullName, "qrels.tsv");
        await File.WriteAllTextAsync(qrels, "q1\td1\t1");
        var loaded = await Cli.RunAsync(
            database, "eval", "parts", "--corpus", corpus, "--queries", queries, "--qrels", qrels);
        Assert.True(loaded.Code == 0, loaded.Error);
        var before = await FoundAsync(database);

        var planned = await Cli.RunAsync(database, "codec", "apply", "parts", "hadamard:1024 bit / sq8", "--dry-run");
        Assert.Equal((0, ""), (planned.Code, planned.Output));
        Assert.Contains("Would fit 'hadamard:1024 bit / sq8' on vectors of parts, code 130 of them", planned.Error, StringComparison.Ordinal);

        var applied = await Cli.RunAsync(database, "codec", "apply", "parts", "hadamard:1024 bit / sq8", "--json");
        Assert.True(applied.Code == 0, applied.Error);
        using var json = JsonDocument.Parse(applied.Output);
        Assert.Equal("hadamard:1024 bit / sq8", json.RootElement.GetProperty("codec").GetString());
        Assert.InRange(json.RootElement.GetProperty("candidates").GetInt32(), 20, 130);
        Assert.Contains("hadamard:1024 bit / sq8", (await Cli.RunAsync(database, "collection", "show", "parts")).Output, StringComparison.Ordinal);
        Assert.Equal(before[0], (await FoundAsync(database))[0]);

        // Its vectors are not whole any more: they are embedded again.
        var back = await Cli.RunAsync(database, "codec", "apply", "parts", "f32");
        Assert.True(back.Code == 0, back.Error);
        Assert.Equal(before, await FoundAsync(database));
        var again = await Cli.RunAsync(database, "codec", "apply", "parts", "f32");
        Assert.Contains("so already", again.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Cli.RunAsync(database, "codec", "apply", "nothing", "f16")).Code);
        Assert.Equal(1, (await Cli.RunAsync(database, "codec", "apply", "parts", "sq8 / sq8")).Code);
    }

    [Theory]
    [InlineData("codec apply")]
    [InlineData("codec apply c")]
    [InlineData("codec apply c sq8")]
    [InlineData("codec apply c f16/sq9")]
    [InlineData("codec apply c f16/")]
    [InlineData("codec apply c f16 --candidates many")]
    public async Task What_makes_no_sense_is_misuse(string line)
    {
        var result = await Cli.RunAsync(line.Split(' '));

        Assert.Equal(2, result.Code);
        Assert.NotEmpty(result.Error);
        Assert.Empty(result.Output);
    }

    private static async Task<string[]> FoundAsync(TestDatabase database)
    {
        var found = await Cli.RunAsync(database, "search", "parts", "machine number 400", "--json");
        Assert.True(found.Code == 0, found.Error);
        using var json = JsonDocument.Parse(found.Output);
        return [.. json.RootElement.EnumerateArray().Select(row => row.GetProperty("row").GetProperty("id").GetString()!)];
    }
}
