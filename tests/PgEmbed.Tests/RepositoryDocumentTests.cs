using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PgEmbed.Hosting;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Queries;
using PgEmbed.Postgres.Types;
using PgEmbed.Testing;

namespace PgEmbed.Tests;

/// <summary>The examples of docs/repository.md, each line as it is there, run.</summary>
public sealed partial class RepositoryDocumentTests
{
    [Fact]
    public void Every_example_is_here()
    {
        var source = Lines(File.ReadAllText(Path.Combine(Repository.Root, "tests", "PgEmbed.Tests", "RepositoryDocumentTests.cs")));
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "repository.md"));
        var examples = Example().Matches(document).Select(match => Lines(match.Groups[1].Value)).ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Contains(
            Enumerable.Range(0, source.Count - example.Count), i => source.Skip(i).Take(example.Count).SequenceEqual(example)));
    }

    [Fact]
    public async Task The_services_do_what_is_said()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var other = await TestDatabase.CreateAsync();
        await CreateTablesAsync(database);
        var (connectionString, archive, folder) = (database.ConnectionString, other.ConnectionString, BuiltInModel.Folder);
        var services = new ServiceCollection();
        services.AddLogging();

        services.AddPgEmbed(o => o.ConnectionString = connectionString).AddCollection<Article>();
        services.AddKeyedPgEmbed("archive", o => (o.ConnectionString, o.ModelFolder) = (archive, folder));
        services.AddHealthChecks().AddPgEmbed(["articles"]);

        await using var provider = services.BuildServiceProvider();
        var articles = await provider.GetRequiredService<VectorCollectionSource<Article>>().GetAsync();
        Assert.Equal("articles", articles.Info.Name);
        Assert.Empty(await provider.GetRequiredKeyedService<PgEmbedClient>("archive").ListCollectionsAsync());
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, report.Status);
    }

    [Fact]
    public async Task The_examples_run()
    {
        await using var database = await TestDatabase.CreateAsync();
        await CreateTablesAsync(database);
        var dataSource = database.DataSource;
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        var cancellationToken = CancellationToken.None;
        var limit = 15m;

        var mapping = new CollectionMapping<Article>("articles").Key(a => a.Id).Text(a => a.Title).Text(a => a.Body);

        var client = new PgEmbedClient(dataSource, embedder);
        var articles = await client.DefineCollectionAsync(mapping);

        await articles.UpsertAsync([
            new Article(1, "Quiet keyboard", "Silent switches for the office", 49.90m),
            new Article(2, "Loud keyboard", "Clicks like a typewriter", 59.90m),
            new Article(3, "Desk lamp", "Warm light that can be dimmed", 19.90m)]);
        Article? lamp = await articles.GetAsync(3);
        bool wasThere = await articles.DeleteAsync(2);

        Assert.Equal("Desk lamp", lamp!.Title);
        Assert.True(wasThere);

        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await articles.WithTransaction(transaction).UpsertAsync([new Article(4, "Ink pen", "Writes in blue", 9.90m)]);
        await transaction.CommitAsync();

        var copies = await client.DefineCollectionAsync(
            new CollectionMapping<Article>("copies").Table("articles").Key(a => a.Id).Text(a => a.Title).Text(a => a.Body));
        var vectors = articles.ExportVectorsAsync<int>();
        await copies.ImportVectorsAsync(embedder.Space, vectors);

        await foreach (var hit in articles.SearchAsync("a keyboard that makes no noise", k: 10, a => a.Price < 60))
            Console.WriteLine($"{hit.Distance:0.000} {hit.Row.Title}");
        var lookalikes = await articles.QueryLike(1).Filter(a => a.Price < 30).Top(2).ToListAsync();

        Assert.Equal(1, (await copies.SearchAsync("a keyboard that makes no noise", k: 1).SingleAsync()).Row.Id);
        Assert.Equal([3, 4], lookalikes.Select(hit => hit.Row.Id).Order());

        var query = articles.Query("something to write with").Filter(a => a.SoldAt == null).Top(3);
        var titles = await query.Select(a => new { a.Id, a.Title }).ToListAsync();
        var cheap = await query.Filter(SqlFilter.From($"price < {limit}")).ToListAsync();

        Assert.Equal((4, "Ink pen"), (titles[0].Row.Id, titles[0].Row.Title));
        Assert.Equal(4, Assert.Single(cheap).Row.Id);

        var results = await articles.SearchManyAsync(["light", "keyboard"], k: 1);

        Assert.Equal([3, 1], results.Select(found => Assert.Single(found.Hits).Row.Id));

        var result = await query.RunAsync(cancellationToken);
        if (result.QueryTruncated)
            Console.WriteLine("Only the beginning of the query was searched by.");

        Assert.False(result.QueryTruncated);
        Assert.True((await articles.Query(string.Concat(Enumerable.Repeat("keyboard ", 2_000))).RunAsync()).QueryTruncated);
        await connection.ExecuteAsync("INSERT INTO articles VALUES (5, 'Chair', NULL, 80), (6, 'Table', NULL, 90)");
        var syncing = Task.Run(async () => await articles.SyncAsync().LastAsync());

        await articles.WaitUntilSearchableAsync([5, 6], timeout: TimeSpan.FromSeconds(10));

        await syncing;

        SearchStatement statement = await query.ToSqlAsync();
        Console.WriteLine(statement.Sql);

        Assert.Contains("sold_at", statement.Sql, StringComparison.Ordinal);

        DapperVectorTypes.Register();
        var slim = await articles.Query("lamp").As<ArticleTitle>("id", "title").ToListAsync();
        var lamp3 = await connection.QuerySingleAsync<Embedded>(
            $"SELECT key_1 AS id, embedding AS vector FROM {articles.Info.Store.Sql} WHERE key_1 = @id", new { id = 3 });

        Assert.Equal((3, "Desk lamp"), (slim[0].Row.Id, slim[0].Row.Title));
        Assert.Equal((3, embedder.Space.Dimensions), (lamp3.Id, lamp3.Vector.Length));
    }

    private static async Task CreateTablesAsync(TestDatabase database)
    {
        await using var command = database.DataSource.CreateCommand(
            """
            CREATE TABLE articles (
                id integer PRIMARY KEY, title text, body text, price numeric NOT NULL, sold_at timestamptz)
            """);
        await command.ExecuteNonQueryAsync();
    }

    private static List<string> Lines(string text) =>
        [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [VectorCollection("articles")]
    public sealed record Article(
        [CollectionKey] int Id, [EmbeddedText] string? Title, [EmbeddedText] string? Body, decimal Price, DateTime? SoldAt = null);

    private sealed class ArticleTitle
    {
        public int Id { get; set; }

        public string Title { get; set; } = "";
    }

    private sealed class Embedded
    {
        public int Id { get; set; }

        public ReadOnlyMemory<float> Vector { get; set; }
    }
}
