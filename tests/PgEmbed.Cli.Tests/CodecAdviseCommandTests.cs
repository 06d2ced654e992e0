using System.Text.Json;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class CodecAdviseCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgembed-codec-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Advice_is_printed_as_a_table_as_JSON_and_as_a_page()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var corpus = Write("corpus.jsonl", string.Join('\n', Enumerable.Range(1, 130).Select(i =>
            $$"""{"_id": "d{{i}}", "title": "Part {{i * 7}}", "text": "A part made in {{1900 + i}} for machine number {{i * i}}."}""")));
        var queries = Write("queries.jsonl", string.Join('\n', Enumerable.Range(1, 12).Select(i =>
            $$"""{"_id": "q{{i}}", "text": "machine number {{i * i}}, made in {{1900 + i}}"}""")));
        var qrels = Write("qrels.tsv", string.Join('\n', Enumerable.Range(1, 12).Select(i => $"q{i}\td{i}\t1")));
        string[] judge = ["--queries", queries, "--qrels", qrels];
        var loaded = await Cli.RunAsync(database, ["eval", "parts", "--corpus", corpus, .. judge]);
        Assert.True(loaded.Code == 0, loaded.Error);
        var page = Path.Combine(_folder.FullName, "report.html");
        string[] tried = ["--try", "f32", "--try", "centre hadamard bit / sq8"];

        var table = await Cli.RunAsync(database, ["codec", "advise", "parts", .. tried, "--report", page, "--min-recall", "0.5"]);

        Assert.True(table.Code == 0, table.Error);
        Assert.Contains("Recommended: centre hadamard bit / sq8. The smallest that keeps recall@10 of at least 0.5", table.Output, StringComparison.Ordinal);
        Assert.Contains("what PostgreSQL takes", table.Error, StringComparison.Ordinal);
        Assert.Contains("<svg", await File.ReadAllTextAsync(page), StringComparison.Ordinal);

        var json = await Cli.RunAsync(database, ["codec", "advise", "parts", .. tried, .. judge, "--budget", "1GB", "--json"]);
        Assert.True(json.Code == 0, json.Error);
        using var advice = JsonDocument.Parse(json.Output);
        Assert.Equal("12 judged queries", advice.RootElement.GetProperty("queries").GetString());
        Assert.Equal("f32", advice.RootElement.GetProperty("present").GetString());
        Assert.True(advice.RootElement.GetProperty("intrinsic_dimension").GetDouble() > 1);
        var codecs = advice.RootElement.GetProperty("codecs").EnumerateArray().ToList();
        Assert.Equal(["centre hadamard bit / sq8", "f32"], codecs.Select(c => c.GetProperty("codec").GetString()));
        var bytes = codecs[1].GetProperty("bytes");
        Assert.Equal(
            bytes.GetProperty("total").GetDouble(),
            ((string[])["heap", "toast", "keys", "hnsw"]).Sum(part => bytes.GetProperty(part).GetDouble()), 6);
        Assert.Equal(0, codecs[1].GetProperty("qualities")[0].GetProperty("loss_percent").GetDouble());
        Assert.NotEqual(JsonValueKind.Null, advice.RootElement.GetProperty("recommendation").ValueKind);

        // Where nothing keeps what is asked, it says so and fails.
        var none = await Cli.RunAsync(database, ["codec", "advise", "parts", .. tried, "--budget", "1kB"]);
        Assert.Equal(1, none.Code);
        Assert.Contains("None of these codecs keeps what was asked: at most 1,024 bytes", none.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Cli.RunAsync(database, "codec", "advise", "nothing")).Code);
    }

    [Theory]
    [InlineData("codec")]
    [InlineData("codec advise")]
    [InlineData("codec advise c --budget many")]
    [InlineData("codec advise c --min-recall 2")]
    [InlineData("codec advise c --max-loss -1")]
    [InlineData("codec advise c --min-recall 0.9 --max-loss 1")]
    [InlineData("codec advise c --queries q")]
    [InlineData("codec advise c --id column")]
    [InlineData("codec advise c --sample 10")]
    [InlineData("codec advise c --count 1")]
    [InlineData("codec advise c --try sq9")]
    [InlineData("codec advise c --report /no/such/folder/r.html")]
    public async Task What_makes_no_sense_is_misuse(string line)
    {
        var result = await Cli.RunAsync(line.Split(' '));

        Assert.Equal(2, result.Code);
        Assert.NotEmpty(result.Error);
        Assert.Empty(result.Output);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
