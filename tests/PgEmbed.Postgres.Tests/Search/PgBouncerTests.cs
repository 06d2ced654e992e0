using System.Collections.Concurrent;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Tests.Hybrid;

namespace PgEmbed.Postgres.Tests.Search;

public sealed class PgBouncerTests
{
    private const int Clients = 12;
    private const int PoolSize = 2;
    private const int Queries = 4;

    // LOAD, because the settings of pgvector are there from the first use of its library on.
    private const string State =
        """
        LOAD 'vector';
        SELECT concat_ws(' ', current_setting('hnsw.ef_search'), current_setting('hnsw.iterative_scan'),
            current_setting('hnsw.max_scan_tuples'), current_setting('enable_sort'), current_setting('jit'),
            current_setting('transaction_read_only'), (SELECT count(*) FROM pg_prepared_statements),
            (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()))
        """;

    public sealed record Page(int Id, string Text);

    /// <summary>
    /// Twelve clients share two connections, and each search and upsert gives what it gives without a pooler, while others
    /// see none of the settings that searches set.
    /// </summary>
    [PgBouncerFact]
    public async Task Many_clients_behind_a_transaction_pool_get_what_they_get_without()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(WordyArticles.Some(12_000));
        await articles.Collection.BuildIndexAsync();
        await new TextIndexManager(articles.DataSource).BuildAsync("articles");
        await articles.ExecuteAsync(
            "CREATE TABLE pages (id integer PRIMARY KEY, text text NOT NULL); ANALYZE");
        var pages = await articles.Client().DefineCollectionAsync(
            new CollectionMapping<Page>("pages").Key(p => p.Id).Text(p => p.Text));
        var plan = (await articles.Collection.Query("walrus 0").Top(10).ToSqlAsync()).Plan;
        Assert.Contains(plan.Steps, step => step.Settings.ContainsKey("hnsw.ef_search"));
        var expected = await AnswersAsync(articles.Collection);
        string state;
        await using (var connection = await articles.DataSource.OpenConnectionAsync())
            state = (await connection.ExecuteScalarAsync<string>(State))!;

        var server = new NpgsqlConnectionStringBuilder(articles.ConnectionString);
        await using var bouncer = await PgBouncer.StartAsync(server, PoolSize);
        var sessions = new ConcurrentDictionary<int, bool>();
        var states = new HashSet<string>();
        // Npgsql's own cleaning up between two users of a connection is to change nothing.
        foreach (var noReset in (bool[])[true, false])
        {
            var working = Task.WhenAll(
                Enumerable.Range(0, Clients).Select(client => Task.Run(() => WorkAsync(client, noReset))));
            await using var dataSource = Open(bouncer, noReset);
            do
            {
                await using var connection = await dataSource.OpenConnectionAsync();
                states.Add((await connection.ExecuteScalarAsync<string>(State))!);
            }
            while (!working.IsCompleted);
            await working;
        }

        Assert.Equal(state, Assert.Single(states));
        Assert.InRange(sessions.Count, 1, PoolSize);
        Assert.Equal(Clients * 30, await articles.ScalarAsync<long>(
            $"""
            SELECT count(*) FROM pages p JOIN {pages.Info.Store.Sql} s ON s.key_1 = p.id
            WHERE s.content_hash = sha256(convert_to(p.text, 'UTF8'))
            """));

        async Task WorkAsync(int client, bool noReset)
        {
            await using var dataSource = Open(bouncer, noReset);
            var own = new PgEmbedClient(dataSource, articles.Embedder);
            var collection = await own.OpenCollectionAsync(Articles.Mapping);
            Assert.Equal(expected, await AnswersAsync(collection));
            var ownPages = await own.OpenCollectionAsync(
                new CollectionMapping<Page>("pages").Key(p => p.Id).Text(p => p.Text));
            for (var round = 0; round < 3; round++)
            {
                await ownPages.UpsertAsync(
                    Enumerable.Range(client * 30, 30).Select(id => new Page(id, $"page {id}, version {round}")));
                var hit = await ownPages.SearchAsync($"page {client * 30}, version {round}", 1).SingleAsync();
                Assert.Equal(client * 30, hit.Row.Id);
            }

            await using var connection = await dataSource.OpenConnectionAsync();
            sessions[await connection.ExecuteScalarAsync<int>("SELECT pg_backend_pid()")] = true;
        }
    }

    private static NpgsqlDataSource Open(PgBouncer bouncer, bool noResetOnClose)
    {
        var builder = new NpgsqlDataSourceBuilder(bouncer.ConnectionString);
        builder.ConnectionStringBuilder.NoResetOnClose = noResetOnClose;
        builder.UsePgEmbed();
        return builder.Build();
    }

    /// <summary>Keys and distances of every kind of search, one a line.</summary>
    private static async Task<List<string>> AnswersAsync(VectorCollection<Article> articles)
    {
        var answers = new List<string>();
        for (var i = 0; i < Queries; i++)
        {
            var text = $"walrus {i}";
            await AddAsync("all", articles.SearchAsync(text, 10));
            await AddAsync("few", articles.SearchAsync(text, 10, a => a.Price == 7));
            await AddAsync("half", articles.SearchAsync(text, 10, a => a.Sold));
            await AddAsync("near", articles.SearchAsync(text, 10, options: new SearchOptions { MaxDistance = 0.4 }));
            await AddAsync("none", articles.SearchAsync(text, 10, a => a.Sold, new SearchOptions { MaxDistance = 1e-6 }));
            await AddAsync("many", articles.SearchAsync(text, 200));
            await foreach (var hit in articles.HybridSearchAsync(text, 10, a => a.Sold))
                answers.Add($"hybrid {hit.Row.Id} {hit.Score:R}");
        }

        return answers;

        async Task AddAsync(string name, IAsyncEnumerable<SearchHit<Article>> hits)
        {
            await foreach (var hit in hits)
                answers.Add($"{name} {hit.Row.Id} {hit.Distance:R}");
        }
    }
}
