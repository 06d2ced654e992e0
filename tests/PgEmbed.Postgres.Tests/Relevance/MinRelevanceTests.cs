using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Relevance;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Tests.Relevance;

public sealed class MinRelevanceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_leaves_out_just_the_rows_below_the_relevance_that_the_model_gives(bool indexed)
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(400));
        if (indexed)
            await articles.Collection.BuildIndexAsync();
        var model = new RelevanceModel(RelevanceBasis.Judgments, RelevanceModel.DefaultNeighbors, -2, 1.5, 1.2, 10);
        await new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info).SaveAsync(model);

        foreach (var text in new[] { "one", "two", "three" })
        {
            var all = await articles.Collection.SearchAsync(text, 400, options: new SearchOptions { Exact = true }).ToListAsync();
            double[] near = [.. all.Take(model.Neighbors).Select(hit => hit.Distance)];
            var mean = near.Average();
            var neighborhood = new QueryNeighborhood(mean, Math.Sqrt(near.Average(d => (d - mean) * (d - mean))));
            foreach (var least in new[] { 0, 0.1, 0.5, 0.9, 1 })
            {
                var found = await articles.Collection.SearchAsync(
                    text, 20, a => a.Kind != "book", new SearchOptions { MinRelevance = least, Exact = !indexed }).ToListAsync();

                Assert.Equal(
                    all.Where(hit => hit.Row.Kind != "book" && model.Of(hit.Distance, neighborhood) >= least)
                        .Take(20).Select(hit => hit.Row.Id),
                    found.Select(hit => hit.Row.Id));
            }
        }
    }

    [Fact]
    public async Task Where_it_was_not_fitted_the_remedy_is_named_and_what_makes_no_sense_is_refused()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(5));

        var missing = await FailsAsync(new SearchOptions { MinRelevance = 0.5 });
        Assert.Contains("relevance fit", missing.Remedy, StringComparison.Ordinal);
        foreach (var least in new[] { -0.1, 1.1, double.NaN })
            await FailsAsync(new SearchOptions { MinRelevance = least });
        await Assert.ThrowsAsync<PgEmbedException>(async () => await articles.Collection.HybridSearchAsync(
            "a", options: new HybridOptions { Search = new SearchOptions { MinRelevance = 0.5 } }).ToListAsync());

        Task<PgEmbedException> FailsAsync(SearchOptions options) => Assert.ThrowsAsync<PgEmbedException>(
            async () => await articles.Collection.SearchAsync("a", options: options).ToListAsync());
    }
}
