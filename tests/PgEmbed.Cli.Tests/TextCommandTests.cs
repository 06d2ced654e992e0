using System.Text.Json;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class TextCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgembed-text-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_text_index_is_built_searched_fitted_judged_and_dropped()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var corpus = Write("corpus.jsonl",
            """
            {"_id": "fruit", "title": "Apples", "text": "Apples and pears are fruit that grow on trees."}
            {"_id": "chess", "title": "Chess", "text": "A board game of two players with kings and queens."}
            {"_id": "part", "title": "", "text": "Replacement part XR7719 for older machines."}
            """);
        var queries = Write("queries.jsonl", """
            {"_id": "1", "text": "fruit growing on trees"}
            {"_id": "2", "text": "XR7719"}
            """);
        var qrels = Write("qrels.tsv", "query-id\tcorpus-id\tscore\n1\tfruit\t1\n2\tpart\t1\n");
        string[] judge = ["--queries", queries, "--qrels", qrels];
        var loaded = await Cli.RunAsync(database, ["eval", "tiny", "--corpus", corpus, .. judge]);
        Assert.True(loaded.Code == 0, loaded.Error);

        var missing = await Cli.RunAsync(database, "search", "tiny", "XR7719", "--hybrid");
        Assert.Equal(1, missing.Code);
        Assert.Contains("pgembed text build", missing.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await Cli.RunAsync(database, "text", "build", "tiny", "--config", "klingon")).Code);
        var dry = await Cli.RunAsync(database, "text", "build", "tiny", "--dry-run", "--show-sql");
        Assert.Contains("Would make it", dry.Error, StringComparison.Ordinal);
        Assert.Contains("SELECT pgembed.create_text_index('tiny', 'english');", dry.Output, StringComparison.Ordinal);

        var built = await Cli.RunAsync(database, "text", "build", "tiny", "--json");
        Assert.True(built.Code == 0, built.Error);
        using (var result = JsonDocument.Parse(built.Output))
            Assert.Equal(3, result.RootElement.GetProperty("texts").GetInt32());
        Assert.Contains("There already", (await Cli.RunAsync(database, "text", "build", "tiny")).Error, StringComparison.Ordinal);

        var found = await Cli.RunAsync(database, "search", "tiny", "XR7719", "--hybrid", "--fusion", "rrf", "--json");
        using (var rows = JsonDocument.Parse(found.Output))
        {
            Assert.Equal("part", rows.RootElement[0].GetProperty("row").GetProperty("id").GetString());
            Assert.True(rows.RootElement[0].GetProperty("text_score").GetDouble() > 0);
            Assert.Equal(3, rows.RootElement.GetArrayLength());
        }

        Assert.Contains(
            "text score", (await Cli.RunAsync(database, "search", "tiny", "apples", "--hybrid")).Output, StringComparison.Ordinal);
        var filtered = await Cli.RunAsync(
            database, "search", "tiny", "apples", "--hybrid", "--text-weight", "1", "--filter", "id <> 'fruit'", "--json");
        Assert.DoesNotContain("fruit that grow", filtered.Output, StringComparison.Ordinal);
        var explained = await Cli.RunAsync(database, "search", "tiny", "growing apples", "--hybrid", "--explain");
        Assert.Contains("word 'appl'", explained.Output, StringComparison.Ordinal);

        var fitted = await Cli.RunAsync(database, ["text", "fit", "tiny", .. judge, "--json"]);
        Assert.True(fitted.Code == 0, fitted.Error);
        using (var fit = JsonDocument.Parse(fitted.Output))
            Assert.Equal(2, fit.RootElement.GetProperty("queries").GetInt32());
        var judged = await Cli.RunAsync(
            database, ["eval", "tiny", .. judge, "--hybrid", "--compare", "hybrid; fusion=rrf; text-weight=0.4", "--json"]);
        Assert.True(judged.Code == 0, judged.Error);
        using (var report = JsonDocument.Parse(judged.Output))
            Assert.Equal(1, report.RootElement.GetProperty("result").GetProperty("measures")[0].GetProperty("mean").GetDouble());

        var few = await Cli.RunAsync(database, "relevance", "fit", "tiny");
        Assert.Equal(1, few.Code);
        Assert.Contains("Embed more rows", few.Error, StringComparison.Ordinal);
        var relevance = await Cli.RunAsync(database, ["relevance", "fit", "tiny", .. judge, "--json"]);
        Assert.True(relevance.Code == 0, relevance.Error);
        using (var fit = JsonDocument.Parse(relevance.Output))
            Assert.Equal("judgments", fit.RootElement.GetProperty("basis").GetString());
        var cut = await Cli.RunAsync(database, "search", "tiny", "apples", "--min-relevance", "1", "--json");
        Assert.Equal((0, "[]"), (cut.Code, cut.Output.Trim()));

        Assert.Contains(
            "Would drop", (await Cli.RunAsync(database, "text", "drop", "tiny", "--dry-run")).Error, StringComparison.Ordinal);
        Assert.Contains("Dropped", (await Cli.RunAsync(database, "text", "drop", "tiny")).Error, StringComparison.Ordinal);
        Assert.Contains("There is none", (await Cli.RunAsync(database, "text", "drop", "tiny")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("text build")]
    [InlineData("text fit packages")]
    [InlineData("relevance fit packages --queries q")]
    [InlineData("relevance fit packages --dry-run")]
    [InlineData("search packages text --fusion rrf")]
    [InlineData("search packages text --hybrid --fusion best")]
    [InlineData("search packages text --hybrid --text-weight 2")]
    [InlineData("eval --qrels q --run r --hybrid")]
    [InlineData("eval --qrels q --run r --compare text-weight=2")]
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
