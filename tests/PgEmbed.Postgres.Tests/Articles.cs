using Npgsql;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests;

/// <summary>A database with a table of articles and a collection over it.</summary>
internal sealed class Articles : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private Articles(TestDatabase database, HashingEmbedder embedder)
    {
        _database = database;
        Embedder = embedder;
    }

    public static CollectionMapping<Article> Mapping => new CollectionMapping<Article>("articles")
        .Key(a => a.Id).Text(a => a.Title).Text(a => a.Body);

    public NpgsqlDataSource DataSource => _database.DataSource;

    public string ConnectionString => _database.ConnectionString;

    public HashingEmbedder Embedder { get; }

    public VectorCollection<Article> Collection { get; private set; } = null!;

    public static async Task<Articles> CreateAsync(HashingEmbedder? embedder = null)
    {
        var database = await TestDatabase.CreateAsync();
        var articles = new Articles(database, embedder ?? new HashingEmbedder());
        await articles.ExecuteAsync(
            """
            CREATE TABLE articles (
                id integer PRIMARY KEY, title text, body text, kind text NOT NULL, price integer,
                weight double precision NOT NULL, sold boolean NOT NULL, tags text[] NOT NULL,
                published_at timestamptz NOT NULL)
            """);
        articles.Collection = await articles.Client().DefineCollectionAsync(Mapping);
        return articles;
    }

    /// <summary>Rows whose values are drawn from a seed, with NULLs among them.</summary>
    public static List<Article> Some(int count, int seed = 1)
    {
        var random = new Random(seed);
        string[] kinds = ["book", "film", "game", "50%_off", @"back\slash"];
        return [.. Enumerable.Range(1, count).Select(id => new Article
        {
            Id = id,
            Title = random.Next(10) == 0 ? null : $"Title {id}",
            Body = $"Body {random.Next()}",
            Kind = kinds[random.Next(kinds.Length)],
            Price = random.Next(4) == 0 ? null : random.Next(100),
            Weight = random.NextDouble(),
            Sold = random.Next(2) == 0,
            Tags = [.. kinds.Where(_ => random.Next(3) == 0)],
            PublishedAt = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(random.Next(1000)),
        })];
    }

    public PgEmbedClient Client(ITextEmbedder? embedder = null) => new(DataSource, embedder ?? Embedder);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Rows whose vector is not that of their text, and vectors without a row: must be 0 at rest.</summary>
    public Task<long> InconsistentAsync() => ScalarAsync<long>(
        $"""
        SELECT count(*) FROM articles a FULL JOIN {Collection.Info.Store.Sql} s ON s.key_1 = a.id
        WHERE s.content_hash IS DISTINCT FROM sha256(convert_to(concat_ws(E'\n', a.title, a.body), 'UTF8'))
        """);

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
