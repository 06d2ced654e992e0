using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Relevance;
using PgEmbed.Postgres.Search;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Tests.Relevance;

public sealed class RelevanceTests
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
        var fitter = new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);
        var model = new RelevanceModel(RelevanceBasis.Judgments, RelevanceFitter.Neighbors, -2, 1.5, 1.2, 10);
        await fitter.SaveAsync(model);
        Assert.Equal(model, await fitter.FindAsync());

        foreach (var text in new[] { "one", "two", "three" })
        {
            var exact = await articles.Collection.SearchAsync(text, 400, options: new SearchOptions { Exact = true }).ToListAsync();
            double[] neighborhood = [.. exact.Take(model.Neighbors).Select(hit => hit.Distance)];
            foreach (var least in new[] { 0, 0.1, 0.5, 0.9, 1 })
            {
                var found = await articles.Collection.SearchAsync(
                    text, 20, a => a.Kind != "book", new SearchOptions { MinRelevance = least, Exact = !indexed }).ToListAsync();

                Assert.Equal(
                    exact.Where(hit => hit.Row.Kind != "book" && model.Of(hit.Distance, neighborhood) >= least)
                        .Take(20).Select(hit => hit.Row.Id),
                    found.Select(hit => hit.Row.Id));
            }
        }
    }

    [Fact]
    public async Task Judged_pairs_that_stand_out_are_told_from_those_that_do_not()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(300);
        await articles.Collection.UpsertAsync(rows);
        var fitter = new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);
        var judgments = new Judgments();
        foreach (var row in rows)
            judgments.Add($"{row.Id}", $"{row.Id}", 1);

        // A query that is a row's text finds it; one of no row's finds nothing that is relevant.
        var model = await fitter.FitAsync(
            rows.Select(row => new EvaluationQuery(
                $"{row.Id}",
                row.Id % 2 == 0 ? (row.Title is null ? $"{row.Body}" : $"{row.Title}\n{row.Body}") : $"no row {row.Id}",
                new Dictionary<string, string>())).ToAsyncEnumerable(),
            judgments);

        Assert.Equal((RelevanceBasis.Judgments, 300), (model.Basis, model.Queries));
        await fitter.SaveAsync(model);
        var options = new SearchOptions { MinRelevance = 0.5 };
        var own = await articles.Collection.SearchAsync($"{rows[1].Title}\n{rows[1].Body}", 10, options: options).ToListAsync();
        Assert.Equal([rows[1].Id], own.Select(hit => hit.Row.Id));
        Assert.Empty(await articles.Collection.SearchAsync("no row", 10, options: options).ToListAsync());
    }

    [Fact]
    public async Task Without_judgments_relevance_is_a_share_of_the_collection_s_own_neighbours()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(500));
        var fitter = new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);
        Assert.Null(await fitter.FindAsync());
        var missing = await Assert.ThrowsAsync<PgEmbedException>(async () => await articles.Collection.SearchAsync(
            "a", options: new SearchOptions { MinRelevance = 0.5 }).ToListAsync());
        Assert.Contains("relevance fit", missing.Remedy, StringComparison.Ordinal);

        var model = await fitter.FitOnDistancesAsync();

        Assert.Equal((RelevanceBasis.Distances, 0, 200), (model.Basis, model.Nearness, model.Queries));
        // Queries of the same kind as the rows: half of their ten nearest stand out as far as half the neighbours do.
        var counts = new List<int>();
        for (var i = 0; i < 100; i++)
            counts.Add((await articles.Collection.SearchAsync(
                $"query {i}", 10, options: new SearchOptions { MinRelevance = 0.5 }).ToListAsync()).Count);
        Assert.InRange(counts.Average(), 3, 7);
    }

    [Fact]
    public async Task What_is_out_of_its_range_is_refused()
    {
        await using var articles = await Articles.CreateAsync();
        var fitter = new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);
        await Assert.ThrowsAsync<PgEmbedException>(() => fitter.FitOnDistancesAsync());
        await Assert.ThrowsAsync<PgEmbedException>(() => fitter.FitOnDistancesAsync(1));
        foreach (var least in new[] { -0.1, 1.1, double.NaN })
            await Assert.ThrowsAsync<PgEmbedException>(async () => await articles.Collection.SearchAsync(
                "a", options: new SearchOptions { MinRelevance = least }).ToListAsync());
        Assert.Throws<PgEmbedException>(() => RelevanceFitter.Fit(new SearchRun("none"), new Judgments()));
    }
}
