using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Tests.Hybrid;

public sealed class FusionFitTests
{
    [Fact]
    public async Task Words_count_for_all_where_vectors_mean_nothing_and_for_nothing_where_words_mislead()
    {
        await using var articles = await Articles.CreateAsync();
        List<Article> rows = [.. WordyArticles.Some(80).Select(row => row with { Title = $"thing{row.Id}" })];
        await articles.Collection.UpsertAsync(rows);
        await new TextIndexManager(articles.DataSource).BuildAsync("articles");
        var fitter = new FusionFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);

        // The embedder's vectors mean nothing, but for a text that is just the row's own.
        var words = await FitAsync(row => $"{row.Title}");
        var meaning = await FitAsync(row => $"{row.Title}\n{row.Body}");

        Assert.True(words.TextWeight > 0.5, $"{words}");
        Assert.Equal(1, words.TextNdcg, 3);
        Assert.True(words.VectorNdcg < 0.3, $"{words}");
        Assert.Equal(1, words.Ndcg, 3);
        Assert.Equal(1, meaning.VectorNdcg);
        Assert.Equal(1, meaning.Ndcg, 3);

        await fitter.SaveAsync(words);
        var hit = await articles.Collection.HybridSearchAsync("walrus", 1).SingleAsync();
        Assert.Equal(
            ((1 - words.TextWeight) * (1 - hit.Distance)) + (words.TextWeight * hit.TextScore), hit.Score, 1e-9);

        async Task<FusionFit> FitAsync(Func<Article, string> query)
        {
            var judgments = new Judgments();
            foreach (var row in rows)
                judgments.Add($"q{row.Id}", $"{row.Id}", 1);
            return await fitter.FitAsync(
                rows.Select(row => new EvaluationQuery($"q{row.Id}", query(row), new Dictionary<string, string>()))
                    .ToAsyncEnumerable(),
                judgments);
        }
    }

    [Fact]
    public async Task Without_a_judged_query_there_is_nothing_to_fit_on()
    {
        await using var articles = await Articles.CreateAsync();
        var fitter = new FusionFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);

        await Assert.ThrowsAsync<PgEmbedException>(
            () => fitter.FitAsync(AsyncEnumerable.Empty<EvaluationQuery>(), new Judgments()));
    }
}
