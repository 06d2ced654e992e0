using PgEmbed.Postgres.Evaluation;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Tests.Evaluation;

public sealed class EvaluationFileTests : IDisposable
{
    private readonly EvaluationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("q1 0 d1 2\nq1\t0\td 2\t0\n\nq2 Q0 d1 -1\r\n", "TREC")]
    [InlineData("query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td 2\t0\nq2\td1\t-1", "BEIR with a header")]
    [InlineData("q1\td1\t2\nq1\td 2\t0\nq2\td1\t-1\n", "BEIR without")]
    [InlineData(
        "{\"query-id\": \"q1\", \"corpus-id\": \"d1\", \"score\": 2}\n{\"query-id\":\"q1\",\"corpus-id\":\"d 2\",\"score\":0.0}\n"
        + "{\"qid\": \"q2\", \"docid\": \"d1\", \"score\": \"-1\"}\n",
        "MTEB")]
    public async Task Judgments_are_read_in_every_form(string content, string form)
    {
        foreach (var path in new[] { _folder.Write("qrels", content), _folder.WritePacked("qrels.gz", content) })
        {
            var judgments = await JudgmentFile.ReadAsync(path);

            Assert.True(judgments.Count == 3, form);
            Assert.Equal(new Dictionary<string, int> { ["d1"] = 2, ["d 2"] = 0 }, judgments.Of("q1"));
            Assert.Equal(["d1"], judgments.Relevant("q1"));
            Assert.Equal(-1, judgments.Of("q2")["d1"]);
        }
    }

    [Theory]
    [InlineData("q1 0 d1 1\nq1 0 d2\n", "line 2", "'query 0 document grade'")]
    [InlineData("q1 0 d1 1.5\n", "line 1", "whole number")]
    [InlineData("q1 0 d1 good\n", "line 1", "whole number")]
    [InlineData("q1 0 d1 99999999999999\n", "line 1", "whole number")]
    [InlineData("q1\td1\n", "line 1", "'query 0 document grade'")]
    [InlineData("\td1\t1\n", "line 1", "'query 0 document grade'")]
    [InlineData("{\"query-id\": \"q\", \"corpus-id\": \"d\"}\n", "line 1", "\"score\"")]
    [InlineData("{\"query-id\": \"q\", \"corpus-id\": \"d\", \"score\": 1}\n\n{\"query-id\": ", "line 3", "JSON")]
    [InlineData("{\"query-id\": \"q\", \"corpus-id\": \"d\", \"score\": 1}\nq 0 d 1\n", "line 2", "JSON")]
    [InlineData("q 0 d 1\n{\"query-id\": \"q\", \"corpus-id\": \"d\", \"score\": 1}\n", "line 2", "TREC")]
    [InlineData("q 0 d 1\nq 0 d 2\n", "line 2", "1 and 2")]
    [InlineData("", "found none", "judgments")]
    [InlineData("query-id\tcorpus-id\tscore\n", "found none", "judgments")]
    public async Task A_line_that_is_no_judgment_is_refused_with_its_number(string content, string where, string expected)
    {
        var path = _folder.Write("qrels", content);

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => JudgmentFile.ReadAsync(path));

        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queries_are_read_in_every_form_with_what_else_is_said_of_them()
    {
        const string json =
            """
            {"_id": "q1", "text": "two\twords", "kind": "short", "metadata": {"year": 2020, "note": null}}
            {"id": 7, "query": "Größe"}
            """;
        var queries = await QueryFile.ReadAsync(_folder.WritePacked("a", json)).ToListAsync();
        Assert.Equal(["q1", "7"], queries.Select(q => q.Id));
        Assert.Equal(["two\twords", "Größe"], queries.Select(q => q.Text));
        Assert.Equal(
            new Dictionary<string, string> { ["kind"] = "short", ["metadata.year"] = "2020" }, queries[0].Columns);
        Assert.Empty(queries[1].Columns);

        var topics = await QueryFile.ReadAsync(_folder.Write("b", "1\twhat is this\n2\tand {that}\n")).ToListAsync();
        Assert.Equal([("1", "what is this"), ("2", "and {that}")], topics.Select(q => (q.Id, q.Text)));

        var table = await QueryFile.ReadAsync(_folder.Write("c", "\uFEFFqid\tkind\ttext\n1\tlong\tsome text\n")).ToListAsync();
        Assert.Equal(("1", "some text", "long"), (table[0].Id, table[0].Text, table[0].Columns["kind"]));
    }

    [Theory]
    [InlineData("no tab here\n", "line 1")]
    [InlineData("1\ta\n1\tb\n", "line 2")]
    [InlineData("{\"_id\": \"1\"}\n", "line 1")]
    [InlineData("{\"_id\": \"\", \"text\": \"a\"}\n", "line 1")]
    [InlineData("{\"_id\": \"1\", \"text\": \"a\"}\n[1]\n", "line 2")]
    [InlineData("qid\ttext\tkind\n1\ta\n", "line 2")]
    public async Task A_line_that_is_no_query_is_refused_with_its_number(string content, string where) =>
        Assert.Contains(
            where,
            (await Assert.ThrowsAsync<PgEmbedException>(
                async () => await QueryFile.ReadAsync(_folder.Write("queries", content)).ToListAsync())).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task What_is_no_text_file_is_refused()
    {
        var latin = _folder.Write("latin", [.. "1\tGr"u8, 0xF6, .. "sse\n"u8]);
        Assert.Contains("UTF-8", (await RefusedAsync(latin)).Message, StringComparison.Ordinal);
        var random = new Random(1);
        var lines = string.Concat(Enumerable.Range(0, 1_000).Select(i => $"{i}\t{random.Next()}\n"));
        var whole = File.ReadAllBytes(_folder.WritePacked("whole", lines));
        byte[] broken = [.. whole];
        broken.AsSpan(broken.Length / 2, 100).Fill(0xFF);
        foreach (var content in new[] { whole[..(whole.Length / 2)], broken })
            Assert.Contains("unpack", (await RefusedAsync(_folder.Write("cut", content))).Message, StringComparison.Ordinal);
        Assert.Contains("found none", (await RefusedAsync(_folder.File("absent"))).Message, StringComparison.Ordinal);

        async Task<PgEmbedException> RefusedAsync(string path) => await Assert.ThrowsAsync<PgEmbedException>(
            async () => await QueryFile.ReadAsync(path).ToListAsync());
    }

    [Fact]
    public async Task A_run_comes_back_as_it_was_written()
    {
        var run = new SearchRun("my run");
        run.Add("q 1", new RankedDocument("a b", -0.1));
        run.Add("q 1", new RankedDocument("c", -0.30000000000000004));
        run.Add("q2", new RankedDocument("c", 1e-30));
        var path = _folder.File("run.trec");

        await RunFile.WriteAsync(path, run);
        var read = await RunFile.ReadAsync(path);

        Assert.Equal("q 1\tQ0\ta b\t1\t-0.1\tmy_run\n", File.ReadAllText(path)[..25]);
        Assert.Equal(run.Queries, read.Queries);
        foreach (var query in run.Queries)
            Assert.Equal(run.Ranking(query), read.Ranking(query));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task A_run_of_trec_is_ranked_by_score_whatever_rank_it_states()
    {
        var judgments = new Judgments();
        judgments.Add("30", "ZF08", 1);
        var path = _folder.Write("run", "30  Q0  FT1  1  0.5  tag\n30 Q0 ZF08 2 4238 tag more\n31 Q0 X 1 1 tag\n");

        var run = await RunFile.ReadAsync(path, judgments);

        Assert.Equal(["30"], run.Queries);
        Assert.Equal(["ZF08", "FT1"], run.Ranking("30").Select(d => d.Id));
    }

    [Theory]
    [InlineData("q Q0 d 1 high tag\n")]
    [InlineData("q Q0 d 1 NaN tag\n")]
    [InlineData("q Q0 d 1 0.5\n")]
    public async Task A_line_that_is_no_result_is_refused(string line) => Assert.Contains(
        "line 1",
        (await Assert.ThrowsAsync<PgEmbedException>(() => RunFile.ReadAsync(_folder.Write("run", line)))).Message,
        StringComparison.Ordinal);
}
