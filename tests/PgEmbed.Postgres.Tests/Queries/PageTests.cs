using Npgsql;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Queries;
using PgEmbed.Postgres.Search;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Queries;

/// <summary>Paging: every row once, whatever is written meanwhile, and no continuation taken for another's.</summary>
public sealed class PageTests
{
    [Fact]
    public async Task A_row_that_stays_comes_exactly_once_while_others_come_go_and_change()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(4_000);
        await articles.Collection.UpsertAsync(rows);
        await articles.Collection.BuildIndexAsync();
        await articles.ExecuteAsync("ANALYZE");
        // Few candidates, so that the index misses rows and finds them late.
        var query = articles.Collection.Query("Title 7").Filter(a => a.Weight > 0.02)
            .With(new SearchOptions { EfSearch = 10 });

        var shown = new List<int>();
        var deleted = new HashSet<int>();
        var changed = new HashSet<int>();
        var kinds = new HashSet<SearchPlanKind>();
        string? continuation = null;
        do
        {
            var k = kinds.Contains(SearchPlanKind.Exact) ? 600 : 60;
            var page = await query.Top(k).RunPageAsync(continuation);
            continuation = page.Continuation;
            Assert.Equal(page.Hits.Select(hit => hit.Distance).Order(), page.Hits.Select(hit => hit.Distance));
            shown.AddRange(page.Hits.Select(hit => hit.Row.Id));
            kinds.Add(page.Plan.Kind);
            if (continuation is not null)
                Assert.Equal(k, page.Hits.Count);
            // Rows that were shown and rows that were not are deleted and changed, and new ones are added.
            var number = kinds.Count + shown.Count;
            int[] gone = [shown[^1], shown[^50], 1 + (number * 13 % 4_000)];
            await articles.Collection.DeleteManyAsync(gone);
            deleted.UnionWith(gone);
            var updated = rows.Where(row => !deleted.Contains(row.Id) && row.Id % 97 == shown.Count % 97)
                .Select(row => row with { Body = $"changed {number}" }).ToList();
            await articles.Collection.UpsertAsync(updated.Concat(
                Articles.Some(3, number).Select(row => row with { Id = row.Id + (10 * number) + 10_000 })));
            changed.UnionWith(updated.Select(row => row.Id));
        }
        while (continuation is not null);

        Assert.Contains(SearchPlanKind.IterativeIndex, kinds);
        Assert.Equal(shown.Distinct().Count(), shown.Count);
        var stayed = rows.Where(row => row.Weight > 0.02 && !deleted.Contains(row.Id)).Select(row => row.Id).ToHashSet();
        Assert.True(changed.Count > 100 && deleted.Count > 20, $"{changed.Count} changed, {deleted.Count} deleted");
        Assert.Empty(stayed.Except(shown));
    }

    [Fact]
    public async Task Rows_equally_near_come_once_and_a_full_last_page_is_the_last()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(
            Articles.Some(12).Select(row => row with { Title = "the same", Body = "the same" }));
        foreach (var k in new[] { 1, 4, 5, 12, 10_000 })
        {
            var pages = await articles.Collection.Query("the same").Top(k).PagesAsync().ToListAsync();
            Assert.Equal((12 + k - 1) / k, pages.Count);
            Assert.Equal(Enumerable.Range(1, 12), pages.SelectMany(page => page.Hits).Select(hit => hit.Row.Id));
        }
    }

    [Fact]
    public async Task Pages_end_at_a_threshold_and_are_empty_where_nothing_passes()
    {
        await using var articles = await Articles.CreateAsync();
        Assert.Equal([0], await CountsAsync(articles.Collection.Query("q")));
        await articles.Collection.UpsertAsync(Articles.Some(50));
        var all = await articles.Collection.SearchAsync("Title 7", 50).ToListAsync();
        var within = articles.Collection.Query("Title 7").Top(6)
            .With(new SearchOptions { MaxDistance = all[15].Distance });
        Assert.Equal([6, 6, 4], await CountsAsync(within));
        Assert.Equal([0], await CountsAsync(articles.Collection.Query("q").Filter(a => a.Price == null && a.Price != null)));
        // Projections read what they always did; rows like a row leave it out.
        Assert.Equal(
            all.Select(hit => hit.Row.Kind),
            await articles.Collection.Query("Title 7").Top(20).Select(a => a.Kind).PagesAsync()
                .SelectMany(page => page.Hits).Select(hit => hit.Row).ToListAsync());
        var like = await articles.Collection.QueryLike(7).Top(20).PagesAsync()
            .SelectMany(page => page.Hits).Select(hit => hit.Row.Id).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 50).Where(id => id != 7), like.Order());
    }

    [Fact]
    public async Task A_continuation_that_is_not_whole_or_of_another_search_is_refused()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(30));
        const int limit = 90;
        var query = articles.Collection.Query("q").Filter(a => a.Price == null || a.Price < limit).Top(5);
        var token = (await query.RunPageAsync()).Continuation!;

        for (var length = 0; length < token.Length; length++)
            await RefusedAsync(query, token[..length]);
        for (var i = 0; i < token.Length - 1; i++)
            await RefusedAsync(query, string.Concat(token.AsSpan(0, i), token[i] == 'A' ? "B" : "A", token.AsSpan(i + 1)));
        foreach (var hostile in new[] { "'; DROP TABLE articles; --", "\0", "é", "====", new string('A', 100_000) })
            await RefusedAsync(query, hostile);

        await RefusedAsync(articles.Collection.Query("r").Filter(a => a.Price == null || a.Price < limit).Top(5), token);
        await RefusedAsync(articles.Collection.Query("q").Filter(a => a.Price == null || a.Price < limit - 1).Top(5), token);
        await RefusedAsync(articles.Collection.Query("q").Top(5), token);
        await RefusedAsync(query.With(new SearchOptions { MaxDistance = 1 }), token);
        await RefusedAsync(query.Top(9_999), token);
        // How many rows a page has, and how it is run, may change on the way.
        Assert.Equal(7, (await query.Top(7).With(new SearchOptions { Exact = true }).RunPageAsync(token)).Hits.Count);
    }

    [Fact]
    public async Task Keys_of_several_columns_are_told_apart_whatever_the_sessions_settings()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var command = database.DataSource.CreateCommand(
            """
            CREATE TABLE days (at timestamptz, part text COLLATE "C", words text, PRIMARY KEY (at, part));
            INSERT INTO days
            SELECT '2026-01-01'::timestamptz + d * interval '7 hours', p, 'word ' || d || p
            FROM generate_series(1, 5) d, unnest(ARRAY['a', 'ab', 'b', '']) p
            """))
            await command.ExecuteNonQueryAsync();
        var keys = new List<(DateTime, string)>();
        string? token = null;
        foreach (var zone in new[] { "UTC", "Asia/Tokyo", "America/New_York" })
        {
            var builder = new NpgsqlDataSourceBuilder(database.ConnectionString);
            builder.ConnectionStringBuilder.Timezone = zone;
            await using var dataSource = builder.UsePgEmbed().Build();
            var mapping = new CollectionMapping<Day>("days").Key(d => d.At).Key(d => d.Part).Text(d => d.Words);
            var days = await new PgEmbedClient(dataSource, new HashingEmbedder()).DefineCollectionAsync(mapping);
            _ = await days.SyncAsync().CountAsync();
            var page = await days.Query("word").Top(8).RunPageAsync(token);
            keys.AddRange(page.Hits.Select(hit => (hit.Row.At, hit.Row.Part)));
            token = page.Continuation;
        }

        Assert.Null(token);
        Assert.Equal(20, keys.Distinct().Count());
        Assert.Equal(20, keys.Count);
    }

    private static async Task<List<int>> CountsAsync(VectorQuery<Article, Article> query) =>
        await query.PagesAsync().Select(page => page.Hits.Count).ToListAsync();

    private static async Task RefusedAsync<T>(VectorQuery<Article, T> query, string token)
    {
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => query.RunPageAsync(token));
        Assert.StartsWith("Expected", error.Message, StringComparison.Ordinal);
    }

    private sealed record Day
    {
        public required DateTime At { get; init; }

        public required string Part { get; init; }

        public required string Words { get; init; }
    }
}
