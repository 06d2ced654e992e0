using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Search;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Tests.Evaluation;

public sealed class CollectionEvaluatorTests
{
    [Fact]
    public async Task A_collection_is_searched_as_the_caller_would_and_its_rows_named_by_their_key()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(200);
        await articles.Collection.UpsertAsync(rows);
        var queries = rows.Take(70).Select(row => new EvaluationQuery(
            $"q{row.Id}", $"{row.Body}", new Dictionary<string, string>())).ToList();
        var evaluator = new CollectionEvaluator(articles.DataSource, articles.Embedder, articles.Collection.Info);

        var (run, times) = await evaluator.RunAsync(
            queries.ToAsyncEnumerable(),
            new EvaluationOptions
            {
                Depth = 7,
                Filter = SqlFilter.From($"kind = {"book"}"),
                Search = new SearchOptions { Exact = true },
            });

        Assert.Equal(queries.Select(q => q.Id), run.Queries);
        Assert.Equal(70, times.Count);
        foreach (var query in queries)
        {
            var expected = await articles.Collection.SearchAsync(query.Text, 7, a => a.Kind == "book").ToListAsync();
            Assert.Equal(
                expected.Select(hit => ($"{hit.Row.Id}", -hit.Distance)),
                run.Ranking(query.Id).Select(document => (document.Id, document.Score)));
        }
    }

    [Fact]
    public async Task Columns_of_the_source_are_found_by_document()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(20));
        var evaluator = new CollectionEvaluator(articles.DataSource, articles.Embedder, articles.Collection.Info);

        var prices = await evaluator.ColumnAsync(["3", "5", "99", "x"], "price");

        Assert.Equal(["3", "5"], prices.Keys.Order());
        Assert.Equal(
            await articles.ScalarAsync<string>("SELECT coalesce(price::text, 'NULL') FROM articles WHERE id = 3"), prices["3"]);
        var byBody = await evaluator.ColumnAsync([await articles.ScalarAsync<string>("SELECT body FROM articles WHERE id = 4")], "id", "body");
        Assert.Equal(["4"], byBody.Values);
        await Assert.ThrowsAsync<PgEmbedException>(() => evaluator.ColumnAsync(["1"], "prize"));
        await Assert.ThrowsAsync<PgEmbedException>(() => evaluator.ColumnAsync(["1"], null, "weight"));
    }

    [Fact]
    public async Task A_query_without_text_and_options_out_of_range_are_refused()
    {
        await using var articles = await Articles.CreateAsync();
        var evaluator = new CollectionEvaluator(articles.DataSource, articles.Embedder, articles.Collection.Info);
        EvaluationQuery[] queries = [new("q", "  ", new Dictionary<string, string>())];

        var empty = await Assert.ThrowsAsync<PgEmbedException>(
            () => evaluator.RunAsync(queries.ToAsyncEnumerable(), new EvaluationOptions()));
        Assert.Contains("'q'", empty.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PgEmbedException>(
            () => evaluator.RunAsync(queries.ToAsyncEnumerable(), new EvaluationOptions { Depth = 0 }));
    }

    [Fact]
    public async Task A_corpus_becomes_a_collection_whose_judged_searches_are_measured()
    {
        await using var articles = await Articles.CreateAsync();
        using var folder = new EvaluationFolder();
        var corpus = folder.Write("corpus.jsonl", string.Concat(Enumerable.Range(1, 30).Select(i =>
            $"{{\"_id\": \"doc {i}\", \"title\": \"\", \"text\": \"text {i}\"}}\n")));
        var name = "it's a \"corpus\"";

        var collection = await EvaluationCorpus.LoadAsync(articles.DataSource, articles.Embedder, name, corpus);
        await EvaluationCorpus.LoadAsync(articles.DataSource, articles.Embedder, name, corpus);

        Assert.Equal(30, articles.Embedder.Embedded);
        var (run, _) = await new CollectionEvaluator(articles.DataSource, articles.Embedder, collection.Info).RunAsync(
            new[] { new EvaluationQuery("q", "text 7", new Dictionary<string, string>()) }.ToAsyncEnumerable(),
            new EvaluationOptions { Depth = 5 });
        var judgments = new Judgments();
        judgments.Add("q", "doc 7", 1);
        Assert.Equal(1, RunQuality.Of(run, judgments, [QualityMeasure.Mrr(10)]).Mean(QualityMeasure.Mrr(10)));
    }
}
