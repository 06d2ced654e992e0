using System.Text.Json;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class EvalCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgembed-eval-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_run_file_is_judged_without_a_database()
    {
        // q1: the relevant document in place 2. q2: in place 1. q3: not run.
        var qrels = Write("qrels", "q1 0 a 1\nq2 0 b 1\nq3 0 c 1\n");
        var run = Write("run", "q1 Q0 x 1 2 t\nq1 Q0 a 2 1 t\nq2 Q0 b 1 1 t\n");

        var table = await Cli.RunAsync("eval", "--qrels", qrels, "--run", run, "--measures", "mrr@10,map");
        Assert.True(table.Code == 0, table.Error);
        Assert.Contains("0.5000", table.Output, StringComparison.Ordinal);
        Assert.Contains("1 judged queries were not run", table.Error, StringComparison.Ordinal);

        var json = await Cli.RunAsync("eval", "--qrels", qrels, "--run", run, "--json", "--skip-not-run", "--per-query");
        using var report = JsonDocument.Parse(json.Output);
        var measures = report.RootElement.GetProperty("result").GetProperty("measures").EnumerateArray()
            .ToDictionary(m => m.GetProperty("measure").GetString()!, m => m.GetProperty("mean").GetDouble());
        Assert.Equal(0.75, measures["mrr@10"]);
        Assert.Equal(1, measures["recall@10"]);
        Assert.Equal(2, report.RootElement.GetProperty("queries").GetArrayLength());

        // The other run has both first: better for q1, and for q3 that the first has not.
        var other = Write("other", "q1 Q0 a 1 2 t\nq2 Q0 b 1 1 t\nq3 Q0 c 1 1 t\n");
        var compared = await Cli.RunAsync(
            "eval", "--qrels", qrels, "--run", run, "--compare", $"run={other}", "--measures", "mrr@10", "--json");
        using var comparison = JsonDocument.Parse(compared.Output);
        var difference = comparison.RootElement.GetProperty("differences")[0];
        Assert.Equal(0.5, difference.GetProperty("difference").GetDouble());
        Assert.Equal(2, difference.GetProperty("better").GetInt32());
        Assert.Equal(0.5, difference.GetProperty("p_value").GetDouble());
    }

    [Fact]
    public async Task A_corpus_is_embedded_searched_two_ways_and_judged_by_subgroup()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var corpus = Write("corpus.jsonl",
            """
            {"_id": "fruit", "title": "Apples", "text": "Apples and pears are fruit that grow on trees."}
            {"_id": "chess", "title": "Chess", "text": "A board game of two players with kings and queens."}
            {"_id": "radio", "title": "", "text": "Listen to radio stations from all over the world."}
            """);
        var queries = Write("queries.jsonl",
            """
            {"_id": "1", "text": "fruit growing on trees", "kind": "food"}
            {"_id": "2", "text": "board game with a king", "kind": "play"}
            {"_id": "3", "text": "hear broadcasts", "kind": "play"}
            {"_id": "4", "text": "nobody judged this", "kind": "play"}
            """);
        var qrels = Write("qrels.tsv", "query-id\tcorpus-id\tscore\n1\tfruit\t1\n2\tchess\t1\n3\tradio\t1\n3\tgone\t1\n");
        string[] judge = ["--queries", queries, "--qrels", qrels, "--measures", "ndcg@10,mrr@10"];
        var saved = Path.Combine(_folder.FullName, "saved.trec");

        var first = await Cli.RunAsync(
            database, ["eval", "tiny", "--corpus", corpus, .. judge, "--by", "kind", "--compare", "exact; filter=id <> 'chess'", "--save-run", saved]);
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("1 queries have no judgment", first.Error, StringComparison.Ordinal);
        Assert.Contains("1 relevant documents are not in the collection", first.Error, StringComparison.Ordinal);
        Assert.Contains("play", first.Output, StringComparison.Ordinal);

        var byRow = await Cli.RunAsync(database, ["eval", "tiny", .. judge, "--by", "id", "--json"]);
        using var report = JsonDocument.Parse(byRow.Output);
        Assert.Equal(
            ["chess", "fruit", "radio"],
            report.RootElement.GetProperty("groups").EnumerateArray().Select(g => g.GetProperty("group").GetString()!));
        Assert.All(
            report.RootElement.GetProperty("groups").EnumerateArray(),
            group => Assert.Equal(1, group.GetProperty("measures")[1].GetProperty("mean").GetDouble()));

        // The run that was saved measures what the search did.
        var again = await Cli.RunAsync("eval", "--qrels", qrels, "--run", saved, "--measures", "ndcg@10,mrr@10", "--json");
        using var rescored = JsonDocument.Parse(again.Output);
        Assert.Equal(
            report.RootElement.GetProperty("result").GetProperty("measures").ToString(),
            rescored.RootElement.GetProperty("result").GetProperty("measures").ToString());
    }

    [Theory]
    [InlineData("eval", "--qrels", "q")]
    [InlineData("eval", "c", "--qrels", "q")]
    [InlineData("eval", "--queries", "x")]
    [InlineData("eval", "--qrels", "q", "--run", "r", "--measures", "bleu")]
    [InlineData("eval", "--qrels", "q", "--run", "r", "--exact")]
    [InlineData("eval", "--qrels", "q", "--run", "r", "--compare", "fast")]
    [InlineData("eval", "--qrels", "q", "--run", "r", "--measures", "recall@50", "--depth", "20")]
    public async Task What_makes_no_sense_is_misuse(params string[] args)
    {
        var result = await Cli.RunAsync(args);

        Assert.Equal(2, result.Code);
        Assert.Contains("xpected", result.Error.Replace("required", "expected", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_broken_line_is_named()
    {
        var result = await Cli.RunAsync("eval", "--qrels", Write("qrels", "q1 0 a 1\nq1 0 b\n"), "--run", Write("run", ""));

        Assert.Equal(1, result.Code);
        Assert.Contains("line 2", result.Error, StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
