using Dapper;
using Npgsql;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Tests.Search;

/// <summary>
/// Every kind of filter, once passed by few rows and once by most, over enough rows that the index is worth asking. What a
/// search gives is held against a plain ranking by SQL of its own.
/// </summary>
public sealed class FilterKindTests
{
    private const int Rows = 12_000;

    private static readonly (string Few, string Most)[] Filters =
    [
        ("price BETWEEN 10 AND 11", "price BETWEEN 5 AND 99"),
        ("published_at < '2020-01-20'", "published_at >= '2020-03-01'"),
        ("kind IN ('kind 7', 'kind 8')", "kind NOT IN ('kind 7', 'kind 8')"),
        ("tags @> '{rare}'", "tags && '{common, rare}'"),
        ("details @> '{\"size\": {\"width\": 3}}'", "(details #>> '{size,width}') IS NOT NULL"),
        ("details @? '$.size ? (@.width < 2)'", "details ? 'size'"),
        ("to_tsvector('english', body) @@ to_tsquery('english', 'rarely')", "to_tsvector('english', body) @@ to_tsquery('english', 'words')"),
        ("EXISTS (SELECT FROM orders o WHERE o.article_id = articles.id AND o.paid)", "NOT EXISTS (SELECT FROM orders o WHERE o.article_id = articles.id)"),
        ("weight IS NULL", "weight IS NOT NULL"),
        ("NOT (price >= 2)", "NOT (price < 2)"),
        ("ctid < '(1,0)'", "ctid >= '(1,0)'"),
        ("price + id % 7 < 3 -- no statistics tell", "lower(kind) <> 'kind 7' AND kind <> 'kind 8' AND price >= 0"),
    ];

    [Fact]
    public async Task Every_kind_of_filter_gives_as_many_rows_as_pass_and_the_nearest_of_them()
    {
        await using var articles = await CreateAsync();
        var vector = new Pgvector.Vector(articles.Embedder.Vector("q")).ToString();
        await using var connection = await articles.DataSource.OpenConnectionAsync();
        foreach (var (filter, isWide) in Filters.SelectMany(f => new[] { (f.Few, false), (f.Most, true) }))
        {
            foreach (var k in (int[])[10, 1_000])
            {
                var exact = (await connection.QueryAsync<int>(
                    $"""
                    WITH passing AS MATERIALIZED (
                        SELECT articles.id, s.embedding <=> @vector::vector AS distance
                        FROM articles, (SELECT key_1, embedding FROM {articles.Collection.Info.Store.Sql}) s
                        WHERE s.key_1 = articles.id AND ({filter}
                        ))
                    SELECT id FROM passing ORDER BY distance, id LIMIT {k}
                    """,
                    new { vector })).ToList();
                Assert.True(isWide ? exact.Count == k : exact.Count is > 0 and < 1_000, $"{filter}: {exact.Count}");

                var found = await articles.Collection.SearchRowsAsync("q", k, SqlFilter.Raw(filter))
                    .Select(hit => (int)hit.Row["id"]!).ToListAsync();

                Assert.Equal(exact.Count, found.Distinct().Count());
                Assert.True(
                    found.Intersect(exact).Count() >= (isWide ? 0.9 : 1) * exact.Count,
                    $"{filter}: found {found.Intersect(exact).Count()} of the {exact.Count} nearest");
            }

            // Each step does what it is meant to: only those by the index read it.
            var (plan, _) = await articles.Collection.ExplainRowsAsync("q", 10, SqlFilter.Raw(filter));
            Assert.All(
                plan.Steps.Where(step => step.Outcome is not null),
                step => Assert.Equal(step.Name is "near" or "probe", step.Outcome!.LookedAt is not null));
            var last = plan.Steps.Last(step => step.Outcome is not null).Name;
            Assert.True(isWide ? last == "near" : last is "few" or "every", $"{filter}: {plan.Kind} by {last}, {plan.Reason}");
        }
    }

    [Fact]
    public async Task A_threshold_cuts_and_ends_the_search_where_nothing_passes_it()
    {
        await using var articles = await CreateAsync();
        var all = await articles.Collection.SearchRowsAsync("q", 50).ToListAsync();
        var most = all[20].Distance;

        var within = await articles.Collection
            .SearchRowsAsync("q", 50, options: new SearchOptions { MaxDistance = most }).ToListAsync();
        Assert.Equal(all.Where(hit => hit.Distance <= most).Select(hit => hit.Row["id"]), within.Select(hit => hit.Row["id"]));

        var none = articles.Collection.SearchRowsAsync("q", 50, options: new SearchOptions { MaxDistance = -1 });
        Assert.Empty(await none.ToListAsync());
        Assert.Throws<PgEmbedException>(() => new SearchOptions { MaxDistance = double.NaN }.Validate());
        Assert.Throws<PgEmbedException>(() => new SearchOptions { Recall = 0 }.Validate());
        Assert.Throws<PgEmbedException>(() => new SearchOptions { Recall = 1.1 }.Validate());
    }

    [Fact]
    public async Task More_recall_takes_more_candidates_and_all_of_it_a_full_ranking()
    {
        await using var articles = await CreateAsync();

        Assert.Equal("332", await EfSearchAsync(0.92));
        Assert.Equal("440", await EfSearchAsync(0.95));
        Assert.Equal("1000", await EfSearchAsync(0.99));
        Assert.Null(await EfSearchAsync(1));

        async Task<string?> EfSearchAsync(double recall)
        {
            var (plan, _) = await articles.Collection.ExplainRowsAsync("q", 10, options: new SearchOptions { Recall = recall });
            return plan.Steps[0].Settings.GetValueOrDefault("hnsw.ef_search");
        }
    }

    [Fact]
    public async Task A_plan_made_for_few_rows_is_right_for_many_and_the_other_way_round()
    {
        await using var articles = await CreateAsync();
        foreach (var (price, count) in ((int, int)[])[(0, 10), (1_000, 10), (-1, 0), (1_000, 10), (0, 10)])
        {
            var found = await articles.Collection
                .SearchRowsAsync("q", 10, SqlFilter.From($"price <= {price}")).ToListAsync();
            Assert.Equal(count, found.Count);
            Assert.All(found, hit => Assert.True((int)hit.Row["price"]! <= price));
        }
    }

    [Fact]
    public async Task A_search_leaves_nothing_in_a_session_that_a_pooler_hands_on()
    {
        await using var articles = await CreateAsync();
        var builder = new NpgsqlDataSourceBuilder(articles.ConnectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = 1;
        // As behind PgBouncer in transaction mode: nobody cleans up between two transactions.
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        builder.UsePgEmbed();
        await using var dataSource = builder.Build();
        var collection = await new PgEmbedClient(dataSource, articles.Embedder).OpenCollectionAsync("articles");
        const string State =
            """
            SELECT concat_ws(' ', current_setting('hnsw.ef_search'), current_setting('hnsw.iterative_scan'),
                current_setting('enable_sort'), current_setting('jit'), current_setting('transaction_read_only'),
                (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors))
            """;
        await using var connection = await dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("LOAD 'vector'");
        var before = await connection.ExecuteScalarAsync<string>(State);
        await connection.CloseAsync();
        foreach (var (few, most) in Filters)
        {
            Assert.NotEmpty(await collection.SearchRowsAsync("q", 10, SqlFilter.Raw(few)).ToListAsync());
            Assert.NotEmpty(await collection.SearchRowsAsync("q", 10, SqlFilter.Raw(most)).ToListAsync());
        }

        await connection.OpenAsync();
        Assert.Equal(before, await connection.ExecuteScalarAsync<string>(State));
    }

    private static async Task<Articles> CreateAsync()
    {
        var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync(
            $$"""
            ALTER TABLE articles ADD details jsonb, ALTER weight DROP NOT NULL;
            CREATE TABLE orders (article_id integer, paid boolean);
            SELECT setseed(0.5);
            INSERT INTO articles (id, title, body, kind, price, weight, sold, tags, published_at, details)
            SELECT i, 'Title ' || i, CASE WHEN i % 50 = 1 THEN 'rarely ' ELSE '' END || 'words of ' || i,
                'kind ' || i % 40, (random() * 100)::integer, CASE WHEN i % 60 > 0 THEN random() END, i % 2 = 0,
                CASE WHEN i % 70 = 0 THEN '{rare}'::text[] WHEN i % 9 > 0 THEN '{common}' ELSE '{}' END,
                timestamptz '2020-01-01 UTC' + i % 700 * interval '1 day',
                CASE WHEN i % 30 > 0 THEN jsonb_build_object('size', jsonb_build_object('width', i % 100)) END
            FROM generate_series(1, {{Rows}}) i;
            INSERT INTO orders SELECT i, i % 160 = 0 FROM generate_series(0, {{Rows}}, 8) i;
            INSERT INTO {{articles.Collection.Info.Store.Sql}} (key_1, chunk, content_hash, embedding)
            SELECT i, 0, sha256(i::text::bytea), (SELECT array_agg(random() - 0.5 + 0 * (i + d)) FROM generate_series(1, 16) d)::vector
            FROM generate_series(1, {{Rows}}) i;
            CREATE INDEX ON articles (price);
            """);
        await articles.Collection.BuildIndexAsync();
        await articles.ExecuteAsync($"ANALYZE articles, orders, {articles.Collection.Info.Store.Sql}");
        return articles;
    }
}
