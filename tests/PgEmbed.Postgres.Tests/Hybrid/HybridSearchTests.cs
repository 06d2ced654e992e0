using System.Linq.Expressions;
using System.Numerics.Tensors;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Tests.Stores;

namespace PgEmbed.Postgres.Tests.Hybrid;

public sealed class HybridSearchTests
{
    [Theory]
    [InlineData("saffron bridges", null)]
    [InlineData("gardens and rivers", 0.5)]
    [InlineData("tundra garden walrus music compass", 0.9)]
    [InlineData("the walrus", 0.0)]
    [InlineData("nothing of these", 0.3)]
    public async Task The_ranking_is_that_of_both_scores_computed_plainly(string query, double? textWeight)
    {
        await using var articles = await BuiltAsync(WordyArticles.Some(48));
        var weight = textWeight ?? 0.35;
        var expected = (await ScoresAsync(articles, query))
            .OrderByDescending(row => ((1 - weight) * (1 - row.Distance)) + (weight * row.Text)).ThenBy(row => row.Id)
            .Take(10).ToList();

        var hits = await articles.Collection.HybridSearchAsync(
            query, options: new HybridOptions { TextWeight = textWeight }).ToListAsync();

        Assert.Equal(expected.Select(row => row.Id), hits.Select(hit => hit.Row.Id));
        Assert.All(hits.Zip(expected), pair =>
        {
            Assert.Equal(pair.Second.Distance, pair.First.Distance, 1e-5);
            Assert.Equal(pair.Second.Text, pair.First.TextScore, 1e-6);
            Assert.Equal(
                ((1 - weight) * (1 - pair.First.Distance)) + (weight * pair.First.TextScore), pair.First.Score, 1e-9);
        });
    }

    [Fact]
    public async Task Reciprocal_ranks_are_fused_as_they_are_computed_plainly()
    {
        await using var articles = await BuiltAsync(WordyArticles.Some(48));
        var scores = await ScoresAsync(articles, "saffron bridges");
        var byDistance = scores.OrderBy(row => row.Distance).ThenBy(row => row.Id).Select(row => row.Id).ToList();
        var byText = scores.Where(row => row.Text > 0).OrderByDescending(row => row.Text).ThenBy(row => row.Id)
            .Select(row => row.Id).ToList();

        var hits = await articles.Collection.HybridSearchAsync(
            "saffron bridges", 48, options: new HybridOptions { Fusion = HybridFusion.ReciprocalRank }).ToListAsync();

        Assert.Equal(48, hits.Count);
        Assert.All(hits, hit =>
        {
            var text = byText.IndexOf(hit.Row.Id);
            Assert.Equal(
                (0.5 / (61 + byDistance.IndexOf(hit.Row.Id))) + (text < 0 ? 0 : 0.5 / (61 + text)), hit.Score, 1e-12);
        });
        Assert.Equal(hits.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Row.Id), hits);
    }

    [Fact]
    public async Task The_text_leg_alone_ranks_as_BM25_does_under_common_words_and_every_filter()
    {
        // As many rows as it takes for common words not to select all of them at once.
        const int count = 12_000;
        await using var articles = await BuiltAsync(WordyArticles.Some(count));
        var lexemes = await LexemesAsync(articles);
        (string Query, Expression<Func<Article, bool>>? Filter)[] cases =
        [
            ("garden river", null),
            ("walrus garden river", null),
            ("garden", null),
            ("garden walrus tundra", a => a.Kind == "book"),
            ("garden river music", a => a.Price < 50 && a.Sold),
            ("garden winter", a => a.Id < 40),
        ];
        var all = WordyArticles.Some(count);
        foreach (var (query, filter) in cases)
        {
            var passes = filter?.Compile() ?? (_ => true);
            var scores = WordyArticles.Bm25(lexemes, await TermsAsync(articles, query));
            var expected = all.Where(passes).Select(row => scores[row.Id]).OrderDescending().Take(20).ToList();

            var hits = await articles.Collection.HybridSearchAsync(
                query, 20, filter, new HybridOptions { TextWeight = 1 }).ToListAsync();

            Assert.Equal(expected.Count, hits.Count);
            Assert.All(hits, hit => Assert.True(passes(hit.Row)));
            Assert.All(hits.Zip(expected), pair => Assert.Equal(pair.Second, pair.First.TextScore, 1e-6));
            Assert.All(hits, hit => Assert.Equal(scores[hit.Row.Id], hit.TextScore, 1e-6));
        }
    }

    [Fact]
    public async Task Rows_that_pass_come_to_the_last_one_whatever_the_words_are()
    {
        await using var articles = await BuiltAsync(WordyArticles.Some(300));
        foreach (var text in new[] { "garden", "the", "&|!():*<->'\\", "Größe и слово 漢字 😀", "a\0b", new string('x', 5_000), Long() })
        {
            Assert.Equal(7, (await articles.Collection.HybridSearchAsync(text, 7).ToListAsync()).Count);
            Assert.Equal(
                300, (await articles.Collection.HybridSearchAsync(text, 1_000).ToListAsync()).Select(h => h.Row.Id).Distinct().Count());
            Assert.Equal(
                3, (await articles.Collection.HybridSearchAsync(text, 10, a => a.Id <= 3).ToListAsync()).Count);
        }

        Assert.Empty(await articles.Collection.HybridSearchAsync("garden", 10, a => a.Id < 0).ToListAsync());
        await Assert.ThrowsAsync<ArgumentException>(async () => await articles.Collection.HybridSearchAsync(" ").ToListAsync());
        await Assert.ThrowsAsync<PgEmbedException>(
            async () => await articles.Collection.HybridSearchAsync("a", 0).ToListAsync());
        await Assert.ThrowsAsync<PgEmbedException>(async () => await articles.Collection.HybridSearchAsync(
            "a", options: new HybridOptions { TextWeight = double.NaN }).ToListAsync());

        static string Long() => string.Join(' ', Enumerable.Range(0, 150_000).Select(i => "word" + (i % 50_000)));
    }

    [Fact]
    public async Task Values_of_a_filter_are_parameters_beside_the_words()
    {
        await using var articles = await BuiltAsync(WordyArticles.Some(60));
        var hostile = "'; DROP TABLE articles; --$pgembed_1$";

        Assert.Empty(await articles.Collection.HybridSearchAsync(hostile, 10, a => a.Title == hostile).ToListAsync());
        var rows = await articles.Collection.HybridSearchRowsAsync(
            "garden $1 $2 {0}", 5, SqlFilter.From($"kind = {"book"} AND price < {60}")).ToListAsync();

        Assert.All(rows, row => Assert.Equal("book", row.Row["kind"]));
        Assert.Equal(60, await articles.ScalarAsync<long>("SELECT count(*) FROM articles"));
    }

    [Fact]
    public async Task The_text_index_follows_what_is_written_and_deleted_by_whatever_means()
    {
        await using var articles = await BuiltAsync(WordyArticles.Some(100));
        await articles.Collection.UpsertAsync(WordyArticles.Some(150, seed: 8));
        await articles.ExecuteAsync("UPDATE articles SET body = 'walrus' WHERE id % 10 = 0; DELETE FROM articles WHERE id % 10 = 1");
        await foreach (var _ in articles.Collection.SyncAsync())
        {
        }

        Assert.Equal(0, await InconsistentAsync(articles));
        await articles.Collection.DeleteManyAsync([2, 3, 4]);
        Assert.Equal(0, await InconsistentAsync(articles));
        Assert.Equal(
            await articles.ScalarAsync<long>("SELECT count(*) FROM articles"),
            await articles.ScalarAsync<long>("SELECT count(*) FROM pgembed_store.articles_1_text"));
        var hit = await articles.Collection.HybridSearchAsync("walrus", 1, a => a.Id == 10).SingleAsync();
        Assert.True(hit.TextScore > 0);
    }

    [Fact]
    public async Task A_store_that_is_divided_later_is_followed_too()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(200));
        await new TextIndexManager(notes.DataSource).BuildAsync("notes", new TextIndexOptions { Config = "simple" });
        string[] carried = ["the \"tenant\" name", "written_at"];
        await notes.Client.AlterCollectionAsync("notes", carried, Partitioning.ByFrequentValues(carried[0], 3));
        await notes.ReopenAsync();

        await notes.Collection.UpsertAsync(Notes.Some(260, seed: 3));
        await notes.Collection.DeleteManyAsync([1L, 2L]);
        // COPY, and rows that move to another partition.
        await notes.ExecuteAsync("UPDATE \"The \"\"Notes\"\" table\" SET \"the \"\"tenant\"\" name\" = 'tenant 2', body = 'moved ' || id WHERE id < 50");
        await notes.Collection.SyncAsync().LastAsync();

        Assert.Equal(0, await notes.ScalarAsync<long>(
            """
            SELECT count(*) FROM "The ""Notes"" table" n FULL JOIN pgembed_store.notes_1_text t ON t.key_1 = n.id
            WHERE t.content_hash IS DISTINCT FROM sha256(convert_to(n.body, 'UTF8'))
                OR t.lexemes IS DISTINCT FROM to_tsvector('simple', n.body)
            """));
        var hits = await notes.Collection.HybridSearchAsync(
            "moved 49", 30, n => n.Tenant == "tenant 2", new HybridOptions { TextWeight = 0.9 }).ToListAsync();
        Assert.Equal(49, hits[0].Row.Id);
        Assert.Equal(30, hits.Count);
        Assert.All(hits, hit => Assert.Equal("tenant 2", hit.Row.Tenant));
    }

    [Fact]
    public async Task Within_a_transaction_of_the_caller_s_it_sees_what_that_has_written_and_leaves_no_setting()
    {
        await using var articles = await BuiltAsync(WordyArticles.Some(40));
        await using var connection = await articles.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var joined = articles.Collection.WithTransaction(transaction);

        await joined.UpsertAsync([WordyArticles.Some(1)[0] with { Id = 1000, Title = "quixotic", Body = "zeppelin" }]);
        var hit = await joined.HybridSearchAsync("zeppelin", 1, options: new HybridOptions { TextWeight = 1 }).SingleAsync();
        Assert.Equal(1000, hit.Row.Id);
        // Still a transaction that writes.
        await joined.DeleteAsync(1000);
        await transaction.CommitAsync();
        Assert.Equal(40, await articles.ScalarAsync<long>("SELECT count(*) FROM articles"));
    }

    [Fact]
    public async Task Texts_that_are_null_or_empty_have_no_words_and_are_no_results()
    {
        await using var articles = await BuiltAsync(WordyArticles.Some(20));
        await articles.Collection.UpsertAsync(
        [
            WordyArticles.Some(1)[0] with { Id = 100, Title = null, Body = null },
            WordyArticles.Some(1)[0] with { Id = 101, Title = "", Body = " " },
            WordyArticles.Some(1)[0] with { Id = 102, Title = null, Body = "walrus" },
        ]);

        var hits = await articles.Collection.HybridSearchAsync("walrus \ud800", 50).ToListAsync();

        Assert.Equal(21, hits.Count);
        Assert.DoesNotContain(hits, hit => hit.Row.Id is 100 or 101);
        Assert.Contains(hits, hit => hit.Row.Id == 102 && hit.TextScore > 0);
    }

    [Fact]
    public async Task Without_a_text_index_the_remedy_is_named_and_after_its_build_another_is_none()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(WordyArticles.Some(30));
        var missing = await Assert.ThrowsAsync<PgEmbedException>(
            async () => await articles.Collection.HybridSearchAsync("garden").ToListAsync());
        Assert.Contains("pgembed text build", missing.Remedy, StringComparison.Ordinal);
        var manager = new TextIndexManager(articles.DataSource);
        await Assert.ThrowsAsync<PgEmbedException>(
            () => manager.BuildAsync("articles", new TextIndexOptions { Config = "klingon" }));

        var made = await manager.BuildAsync("articles", new TextIndexOptions { BatchRows = 7 });
        Assert.True(made.Made);
        Assert.Equal(30, made.Texts);
        Assert.Equal(made with { Made = false, Texts = 0 }, await manager.BuildAsync("articles"));
        await Assert.ThrowsAsync<PgEmbedException>(
            () => manager.BuildAsync("articles", new TextIndexOptions { Config = "simple" }));
        Assert.True(await manager.DropAsync("articles"));
        Assert.False(await manager.DropAsync("articles"));
    }

    [Fact]
    public async Task A_dropped_collection_leaves_no_text_index()
    {
        await using var articles = await BuiltAsync(WordyArticles.Some(10));

        await articles.Client().DropCollectionAsync("articles");

        Assert.Equal(0, await articles.ScalarAsync<long>(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'pgembed_store'::regnamespace"));
    }

    private static async Task<Articles> BuiltAsync(List<Article> rows)
    {
        var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(rows);
        await new TextIndexManager(articles.DataSource).BuildAsync("articles");
        return articles;
    }

    private static Task<long> InconsistentAsync(Articles articles) => articles.ScalarAsync<long>(
        """
        SELECT count(*) FROM articles a FULL JOIN pgembed_store.articles_1_text t ON t.key_1 = a.id
        WHERE t.content_hash IS DISTINCT FROM sha256(convert_to(concat_ws(E'\n', a.title, a.body), 'UTF8'))
            OR t.lexemes IS DISTINCT FROM to_tsvector('english', concat_ws(E'\n', a.title, a.body))
        """);

    private static async Task<List<(int Id, double Distance, double Text)>> ScoresAsync(Articles articles, string query)
    {
        var text = WordyArticles.Bm25(await LexemesAsync(articles), await TermsAsync(articles, query));
        var vector = articles.Embedder.Vector(query);
        var rows = await articles.Collection.SearchAsync("any", 10_000).ToListAsync();
        return [.. rows.Select(hit => (
            hit.Row.Id,
            1 - (double)TensorPrimitives.CosineSimilarity(
                vector, articles.Embedder.Vector($"{hit.Row.Title}\n{hit.Row.Body}")),
            text[hit.Row.Id]))];
    }

    private static async Task<IReadOnlyCollection<string>> TermsAsync(Articles articles, string query)
    {
        await using var command = articles.DataSource.CreateCommand("SELECT tsvector_to_array(to_tsvector('english', $1))");
        command.Parameters.Add(new() { Value = query });
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    private static async Task<Dictionary<int, Dictionary<string, int>>> LexemesAsync(Articles articles)
    {
        await using var command = articles.DataSource.CreateCommand(
            """
            SELECT a.id, l.lexeme, cardinality(l.positions)
            FROM articles a LEFT JOIN LATERAL unnest(to_tsvector('english', concat_ws(E'\n', a.title, a.body))) l ON true
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var documents = new Dictionary<int, Dictionary<string, int>>();
        while (await reader.ReadAsync())
        {
            if (!documents.TryGetValue(reader.GetInt32(0), out var document))
                documents.Add(reader.GetInt32(0), document = []);
            if (!reader.IsDBNull(1))
                document[reader.GetString(1)] = reader.GetInt32(2);
        }

        return documents;
    }
}
