using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Relevance;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Tests.Relevance;

public sealed class RelevanceFitTests
{
    [Fact]
    public async Task Judged_rows_that_stand_out_are_told_from_those_that_do_not()
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
        Assert.Equal(model, await fitter.FindAsync());
        Assert.Equal([$"{rows[1].Id}"], await RelevantAsync(articles, $"{rows[1].Title}\n{rows[1].Body}", 0.5));
        Assert.Empty(await RelevantAsync(articles, "no row", 0.5));
    }

    [Fact]
    public async Task The_server_cuts_just_where_the_model_says()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(400));
        var fitter = new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);
        var model = new RelevanceModel(RelevanceBasis.Judgments, RelevanceModel.DefaultNeighbors, -2, 1.5, 1.2, 10);
        await fitter.SaveAsync(model);

        foreach (var text in new[] { "one", "two", "three" })
        {
            var all = await articles.Collection.SearchAsync(text, 400).ToListAsync();
            double[] near = [.. all.Take(model.Neighbors).Select(hit => hit.Distance)];
            var mean = near.Average();
            var neighborhood = new QueryNeighborhood(mean, Math.Sqrt(near.Average(d => (d - mean) * (d - mean))));
            foreach (var least in new[] { 0, 0.1, 0.5, 0.9, 1 })
                Assert.Equal(
                    all.Where(hit => model.Of(hit.Distance, neighborhood) >= least).Select(hit => $"{hit.Row.Id}"),
                    await RelevantAsync(articles, text, least));
        }
    }

    [Fact]
    public async Task Without_judgments_half_of_the_nearest_rows_are_relevant_by_the_collection_s_own_measure()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(500));
        var fitter = new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);
        Assert.Null(await fitter.FindAsync());

        var model = await fitter.FitOnDistancesAsync();

        Assert.Equal((RelevanceBasis.Distances, 0, 200), (model.Basis, model.Nearness, model.Queries));
        // Queries of the same kind as the rows.
        var some = 0;
        for (var i = 0; i < 100; i++)
            some += (await RelevantAsync(articles, $"query {i}", 0.5)).Count > 0 ? 1 : 0;
        Assert.InRange(some, 30, 70);
    }

    [Fact]
    public async Task What_cannot_be_fitted_is_refused()
    {
        await using var articles = await Articles.CreateAsync();
        var fitter = new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);

        await Assert.ThrowsAsync<PgEmbedException>(() => fitter.FitOnDistancesAsync());
        await Assert.ThrowsAsync<PgEmbedException>(() => fitter.FitOnDistancesAsync(1));
        await Assert.ThrowsAsync<PgEmbedException>(
            () => fitter.FitAsync(AsyncEnumerable.Empty<EvaluationQuery>(), new Judgments()));
        // The farther, the more relevant.
        Assert.Throws<PgEmbedException>(() => RelevanceModel.Fit(
            [.. Enumerable.Range(0, 40).Select(i => new JudgedPair(i, new QueryNeighborhood(20, 10), i >= 20))], 4));
    }

    private static async Task<List<string>> RelevantAsync(Articles articles, string text, double least)
    {
        await using var command = articles.DataSource.CreateCommand(
            """
            SELECT key[1] FROM pgembed.search('articles', ROW($1, $2)::pgembed.space_vector, 400, NULL,
                jsonb_build_object('min_relevance', $3, 'exact', true))
            """);
        command.Parameters.Add(new() { Value = articles.Collection.Info.Store.Space.Id });
        command.Parameters.Add(new() { Value = articles.Embedder.Vector(text), DataTypeName = "public.vector" });
        command.Parameters.Add(new() { Value = least });
        await using var reader = await command.ExecuteReaderAsync();
        var keys = new List<string>();
        while (await reader.ReadAsync())
            keys.Add(reader.GetString(0));
        return keys;
    }
}
