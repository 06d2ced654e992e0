using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Search;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Queries;

/// <summary>Searches in the making: what is read, what is left out, what statement it is. Checked against plain SQL.</summary>
public sealed class QueryTests
{
    [Fact]
    public async Task A_projection_reads_only_the_columns_that_it_names()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(50));
        var whole = await articles.Collection.SearchAsync("q", 5).ToListAsync();
        var query = articles.Collection.Query("q").Top(5);

        var anonymous = await query.Select(a => new { a.Id, a.Kind }).ToListAsync();
        var one = await query.Select(a => a.Title).ToListAsync();
        var computed = await query.Select(a => $"{a.Kind}: {a.Price * 2 ?? -1}").ToListAsync();
        var record = await query.Select(a => new Pair(a.Id, a.Tags)).ToListAsync();
        var all = await query.Select(a => Describe(a)).ToListAsync();
        var constant = await query.Select(a => 1).ToListAsync();
        var converted = await query.Select(a => (object)a.Id).ToListAsync();

        Assert.Equal(whole.Select(h => new { h.Row.Id, h.Row.Kind }), anonymous.Select(h => h.Row));
        Assert.Equal(whole.Select(h => h.Distance), anonymous.Select(h => h.Distance));
        Assert.Equal(whole.Select(h => h.Row.Title), one.Select(h => h.Row));
        Assert.Equal(whole.Select(h => $"{h.Row.Kind}: {h.Row.Price * 2 ?? -1}"), computed.Select(h => h.Row));
        Assert.Equivalent(whole.Select(h => new Pair(h.Row.Id, h.Row.Tags)), record.Select(h => h.Row));
        Assert.Equal(whole.Select(h => Describe(h.Row)), all.Select(h => h.Row));
        Assert.Equal([1, 1, 1, 1, 1], constant.Select(h => h.Row));
        Assert.Equal(whole.Select(h => (object)h.Row.Id), converted.Select(h => h.Row));
        var sql = (await query.Select(a => new { a.Id, a.Kind }).ToSqlAsync()).Sql;
        Assert.Contains("kind", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("body", sql, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Projections_that_look_alike_are_not_mixed_up()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(10));
        var query = articles.Collection.Query("q").Top(1);
        var row = (await query.SingleAsync()).Row;
        for (var factor = 1; factor <= 3; factor++)
            Assert.Equal(row.Id * factor, (await query.Select(a => a.Id * factor).SingleAsync()).Row);
        Assert.Equal((row.Kind, row.Title), (await query.Select(a => ValueTuple.Create(a.Kind, a.Title)).SingleAsync()).Row);
        Assert.Equal(new Swapped(row.Kind, row.Title!), (await query.Select(a => new Swapped(a.Kind, a.Title!)).SingleAsync()).Row);
        Assert.Equal(new Swapped(row.Title!, row.Kind), (await query.Select(a => new Swapped(a.Title!, a.Kind)).SingleAsync()).Row);
        Assert.Equal(
            new Swapped(row.Title!, row.Kind),
            (await query.Select(a => new Swapped("", "") { B = a.Kind, A = a.Title! }).SingleAsync()).Row);
        Assert.Equal(
            new Swapped(row.Kind, row.Title!),
            (await query.Select(a => new Swapped("", "") { B = a.Title!, A = a.Kind }).SingleAsync()).Row);
    }

    [Fact]
    public async Task More_like_a_row_finds_its_neighbours_without_itself()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(60);
        await articles.Collection.UpsertAsync(rows);
        var expected = await PlainAsync(
            articles,
            "a.id <> 7 AND a.price < 50",
            articles.Embedder.Vector($"{rows[6].Title}\n{rows[6].Body}".Trim('\n')),
            5);

        var found = await articles.Collection.QueryLike(7).Filter(a => a.Price < 50).Top(5).ToListAsync();
        var named = await articles.Collection.QueryRowsLike(7L).Filter(SqlFilter.From($"price < {50} -- half")).Top(5).ToListAsync();

        Assert.Equal(expected, found.Select(h => h.Row.Id));
        Assert.Equal(expected, named.Select(h => (int)h.Row["id"]!));
        // The rows asked for are all of them but one.
        Assert.Equal(59, await articles.Collection.QueryLike(7).Top(1_000).CountAsync());
        var missing = await Assert.ThrowsAsync<PgEmbedException>(() => articles.Collection.QueryLike(999).RunAsync());
        Assert.Contains("999", missing.Message, StringComparison.Ordinal);
        Assert.Throws<PgEmbedException>(() => articles.Collection.QueryLike("seven"));
    }

    [Fact]
    public async Task Several_queries_give_what_each_gives_alone()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(80));
        string[] texts = ["one", "two", "three", "one"];

        var many = await articles.Collection.SearchManyAsync(texts, 7, a => !a.Sold);
        var vectors = await articles.Collection.SearchManyAsync(
            [.. texts.Select(text => articles.Embedder.Space.Vector(articles.Embedder.Vector(text)))], 7, a => !a.Sold);

        Assert.Equal(4, many.Count);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = await articles.Collection.SearchAsync(texts[i], 7, a => !a.Sold).ToListAsync();
            Assert.Equal(7, alone.Count);
            Assert.Equal(alone.Select(h => (h.Row.Id, h.Distance)), many[i].Hits.Select(h => (h.Row.Id, h.Distance)));
            Assert.Equal(alone.Select(h => (h.Row.Id, h.Distance)), vectors[i].Hits.Select(h => (h.Row.Id, h.Distance)));
        }

        Assert.Empty(await articles.Collection.SearchManyAsync((string[])[]));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => articles.Collection.SearchManyAsync(["one", " "]));
        var other = new HashingEmbedder(seed: "other");
        await Assert.ThrowsAsync<SpaceMismatchException>(() => articles.Collection.SearchManyAsync(
            [articles.Embedder.Space.Vector(articles.Embedder.Vector("x")), other.Space.Vector(other.Vector("x"))]));
    }

    [Fact]
    public async Task Several_queries_take_one_round_trip()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(20));
        using var log = new CapturedLog(LogLevel.Information);
        var builder = new NpgsqlDataSourceBuilder(articles.DataSource.ConnectionString);
        builder.UseLoggerFactory(log);
        builder.UsePgEmbed();
        await using var logged = builder.Build();
        var collection = await new PgEmbedClient(logged, articles.Embedder).OpenCollectionAsync(Articles.Mapping);
        string[] texts = [.. Enumerable.Range(0, 20).Select(i => $"query {i}")];
        await collection.SearchManyAsync(texts, 3);
        log.Lines.Clear();

        await collection.SearchManyAsync(texts, 3);

        // Npgsql tells of each command or batch that it sent.
        var sent = Assert.Single(log.Lines).Text;
        Assert.Equal(20, sent.Split("LIMIT 3) AS _pgembed_nearest").Length - 1);
    }

    [Fact]
    public async Task The_statement_that_is_told_is_the_one_that_runs()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(100));
        var query = articles.Collection.Query("q").Filter(a => a.Kind == "book").Filter(a => a.Price < 60 || a.Sold).Top(6);
        var found = await query.ToListAsync();

        var statement = await query.ToSqlAsync();

        Assert.Equal(statement.Sql, statement.ToString());
        Assert.Equal(["book", 60], statement.Parameters.Skip(1).Select(p => p.Value));
        await using var command = articles.DataSource.CreateCommand(statement.Sql);
        command.Parameters.AddRange(statement.Parameters.ToArray());
        var ids = new List<int>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                ids.Add(reader.GetInt32(reader.GetOrdinal("id")));
        }

        Assert.Equal(found.Select(h => h.Row.Id), ids);
        Assert.Equal(found.Select(h => h.Row.Id), (await query.RunAsync()).Hits.Select(h => h.Row.Id));
        Assert.Equal(statement.Plan.Kind, (await query.RunAsync()).Plan.Kind);
        Assert.Contains("Filter", (await query.ExplainAsync()).ServerPlan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_is_kept_and_run_again_with_what_a_captured_variable_holds_by_then()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(40));
        var most = 50;
        var query = articles.Collection.Query("q").Filter(a => a.Price < most).Top(1_000);
        var before = await query.CountAsync();
        most = 20;
        var narrower = query.Filter(a => a.Sold);

        Assert.Equal(await articles.ScalarAsync<long>("SELECT count(*) FROM articles WHERE price < 20"), await query.CountAsync());
        Assert.NotEqual(before, await query.CountAsync());
        Assert.Equal(
            await articles.ScalarAsync<long>("SELECT count(*) FROM articles WHERE price < 20 AND sold"), await narrower.CountAsync());
    }

    [Fact]
    public async Task Dapper_and_the_reader_make_rows_of_any_type()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(30));
        var query = articles.Collection.Query("q").Top(4);
        var expected = (await query.ToListAsync()).Select(h => (h.Row.Id, h.Row.Kind)).ToList();

        var typed = await query.As<Slim>("kind", "id").ToListAsync();
        var wide = await query.As<Slim>().ToListAsync();
        var dynamic = await query.As<dynamic>("id", "kind").ToListAsync();
        var mapped = await query.Map(r => (Id: r.GetInt32(2), Kind: r.GetString(1)), "kind", "id").ToListAsync();
        var named = await articles.Collection.QueryRows("q").Top(4).Select(r => (int)r["id"]!).ToListAsync();

        Assert.Equal(expected, typed.Select(h => (h.Row.Id, h.Row.Kind)));
        Assert.Equal(expected, wide.Select(h => (h.Row.Id, h.Row.Kind)));
        Assert.Equal(expected, dynamic.Select(h => ((int)h.Row.id, (string)h.Row.kind)));
        Assert.Equal(expected, mapped.Select(h => h.Row));
        Assert.Equal(expected.Select(e => e.Id), named.Select(h => h.Row));
        Assert.Contains("kinds", Assert.Throws<PgEmbedException>(() => query.As<Slim>("kinds")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_cancelled_ends_on_the_server_too()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(20));
        const string active =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()";
        using var source = new CancellationTokenSource();
        var search = articles.Collection.QueryRows("q").Filter(SqlFilter.From($"pg_sleep({600}) IS NOT NULL"))
            .With(new SearchOptions { Exact = true }).RunAsync(source.Token);
        await UntilAsync(async () => await articles.ScalarAsync<long>(active) > 0);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
        await UntilAsync(async () => await articles.ScalarAsync<long>(active) == 0);
        Assert.Equal(10, await articles.Collection.SearchAsync("q").CountAsync());

        static async Task UntilAsync(Func<Task<bool>> holds)
        {
            var watch = Stopwatch.StartNew();
            while (!await holds())
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "It goes on.");
                await Task.Delay(20);
            }
        }
    }

    [Theory]
    [InlineData("integer")]
    [InlineData("bigint")]
    [InlineData("uuid")]
    [InlineData("text")]
    public async Task Keys_of_each_type_work_everywhere(string type)
    {
        await using var database = await TestDatabase.CreateAsync();
        await (type switch
        {
            "integer" => RunAsync(i => i, "integer"),
            "bigint" => RunAsync(i => i + 5_000_000_000L, "bigint"),
            "uuid" => RunAsync(i => new Guid(i, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]), "uuid"),
            _ => RunAsync(i => $"key '{i}'", "text"),
        });

        async Task RunAsync<TKey>(Func<int, TKey> key, string sqlType)
            where TKey : notnull
        {
            await using (var create = database.DataSource.CreateCommand($"CREATE TABLE things (id {sqlType} PRIMARY KEY, text text)"))
                await create.ExecuteNonQueryAsync();
            var things = await new PgEmbedClient(database.DataSource, new HashingEmbedder()).DefineCollectionAsync(
                new CollectionMapping<Keyed<TKey>>("things").Key(t => t.Id).Text(t => t.Text));
            await things.UpsertAsync(Enumerable.Range(1, 20).Select(i => new Keyed<TKey>(key(i), $"text {i}")));

            Assert.Equal("text 7", (await things.GetAsync(key(7)))!.Text);
            Assert.Equal(2, await things.GetManyAsync([key(2), key(99), key(1)]).CountAsync());
            var like = await things.QueryLike(key(7)).Top(100).ToListAsync();
            Assert.Equal(19, like.Count);
            Assert.DoesNotContain(like, hit => hit.Row.Id.Equals(key(7)));
            var wanted = key(3);
            Assert.Equal(wanted, (await things.SearchAsync("q", 5, t => t.Id.Equals(wanted)).SingleAsync()).Row.Id);
            Assert.Equal(20, (await things.ExportVectorsAsync<TKey>().ToListAsync()).Select(v => v.Key).Distinct().Count());
            Assert.True(await things.DeleteAsync(key(7)));
            Assert.Equal(19, await things.SearchAsync("q", 100).CountAsync());
        }
    }

    [Fact]
    public async Task A_composite_key_works_everywhere()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var create = database.DataSource.CreateCommand(
            "CREATE TABLE lines (account uuid, number bigint, text text, PRIMARY KEY (account, number))"))
            await create.ExecuteNonQueryAsync();
        var lines = await new PgEmbedClient(database.DataSource, new HashingEmbedder()).DefineCollectionAsync(
            new CollectionMapping<Line>("lines").Key(l => l.Account).Key(l => l.Number).Text(l => l.Text));
        Guid[] accounts = [Guid.NewGuid(), Guid.NewGuid()];
        await lines.UpsertAsync(accounts.SelectMany(a => Enumerable.Range(1, 5).Select(i => new Line(a, i, $"text {i} of {a}"))));

        Assert.Equal($"text 3 of {accounts[1]}", (await lines.GetAsync((accounts[1], 3L)))!.Text);
        var like = await lines.QueryLike((accounts[1], 3)).Top(100).ToListAsync();
        // The rows that share a part of the key are others.
        Assert.Equal(9, like.Count);
        Assert.DoesNotContain(like, hit => (hit.Row.Account, hit.Row.Number) == (accounts[1], 3L));
        Assert.Equal(10, (await lines.ExportVectorsAsync<(Guid, long)>().ToListAsync()).Select(v => v.Key).Distinct().Count());
        Assert.Throws<PgEmbedException>(() => lines.QueryLike(accounts[1]));
        Assert.True(await lines.DeleteAsync((accounts[1], 3L)));
    }

    private static async Task<List<int>> PlainAsync(Articles articles, string filter, float[] vector, int k)
    {
        await using var command = articles.DataSource.CreateCommand(
            $"""
            SELECT a.id FROM articles a JOIN {articles.Collection.Info.Store.Sql} s ON s.key_1 = a.id
            WHERE {filter} ORDER BY s.embedding <=> $1, a.id LIMIT {k}
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (ReadOnlyMemory<float>)vector, DataTypeName = "public.vector" });
        var ids = new List<int>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            ids.Add(reader.GetInt32(0));
        return ids;
    }

    private static string Describe(Article article) => $"{article.Id} {article.Title} {article.Sold}";

    private sealed record Pair(int Id, string[] Tags);

    private sealed record Swapped(string A, string B);

    private sealed class Slim
    {
        public int Id { get; set; }

        public string Kind { get; set; } = "";
    }

    private sealed record Keyed<TKey>(TKey Id, string? Text);

    private sealed record Line(Guid Account, long Number, string? Text);
}
