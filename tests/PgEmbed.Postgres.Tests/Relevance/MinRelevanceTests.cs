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
    public async Task Each_query_of_several_has_its_own_limit_in_a_transaction_too_as_psql_has_it()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(1_000));
        await articles.Collection.BuildIndexAsync();
        await articles.ExecuteAsync("VACUUM ANALYZE");
        var fitter = new RelevanceFitter(articles.DataSource, articles.Embedder, articles.Collection.Info);
        string[] texts = ["one", "two", "three", "four"];
        var vectors = texts.Select(text => articles.Embedder.Space.Vector(articles.Embedder.Vector(text))).ToList();
        var counts = new List<int>();
        // What was fitted anew holds at once. The plans are the exact one and that by the index.
        foreach (var (intercept, options) in new (double, SearchOptions)[]
            {
                (-2.0, new SearchOptions { MinRelevance = 0.3 }),
                (-1.0, new SearchOptions { MinRelevance = 0.3, EfSearch = 40 }),
            })
        {
            await fitter.SaveAsync(
                new RelevanceModel(RelevanceBasis.Judgments, RelevanceModel.DefaultNeighbors, intercept, 1, 1.2, 10));
            var together = await articles.Collection.SearchManyAsync(vectors, 15, options: options);
            await using var connection = await articles.DataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var joined = await articles.Collection.WithTransaction(transaction).SearchManyAsync(vectors, 15, options: options);
            for (var i = 0; i < texts.Length; i++)
            {
                await using var command = new Npgsql.NpgsqlCommand(
                    """
                    SELECT key[1]::integer FROM pgembed.search('articles', ROW($1, $2)::pgembed.space_vector, 15, NULL,
                        jsonb_strip_nulls(jsonb_build_object('min_relevance', 0.3, 'ef_search', $3)))
                    """,
                    connection,
                    transaction)
                {
                    Parameters =
                    {
                        new() { Value = articles.Embedder.Space.Id },
                        new() { Value = vectors[i].Values, DataTypeName = "public.vector" },
                        new() { Value = options.EfSearch ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer },
                    },
                };
                var psql = new List<int>();
                await using (var reader = await command.ExecuteReaderAsync())
                {
                    while (await reader.ReadAsync())
                        psql.Add(reader.GetInt32(0));
                }

                Assert.Equal(psql, together[i].Hits.Select(hit => hit.Row.Id));
                Assert.Equal(psql, joined[i].Hits.Select(hit => hit.Row.Id));
                counts.Add(psql.Count);
            }
        }

        // The limit cuts, and not all alike.
        Assert.InRange(counts.Min(), 0, 14);
        Assert.True(counts.Distinct().Count() > 1, string.Join(' ', counts));
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
