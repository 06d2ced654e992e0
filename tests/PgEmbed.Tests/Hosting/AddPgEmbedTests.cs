using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using PgEmbed.Hosting;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Testing;

namespace PgEmbed.Tests.Hosting;

/// <summary>What an application gets from its services.</summary>
public sealed class AddPgEmbedTests
{
    private static CollectionMapping<Doc> Mapping => new CollectionMapping<Doc>("docs").Key(d => d.Id).Text(d => d.Text);

    [Fact]
    public async Task A_connection_string_is_enough_and_what_was_made_is_disposed_with_the_services()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE docs (id integer PRIMARY KEY, text text)");
        NpgsqlDataSource made;
        await using (var services = new ServiceCollection()
            .AddPgEmbed(o => o.ConnectionString = database.ConnectionString).AddCollection(Mapping)
            .Services.BuildServiceProvider())
        {
            var source = services.GetRequiredService<VectorCollectionSource<Doc>>();
            var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => source.GetAsync()));
            Assert.All(opened, collection => Assert.Same(opened[0], collection));
            await opened[0].UpsertAsync([new Doc(1, "a bird in the tree"), new Doc(2, "a ship on the sea")]);

            // By the model that comes with PgEmbed, none being given.
            Assert.Equal(2, (await opened[0].SearchAsync("boat", k: 1).SingleAsync()).Row.Id);
            var client = services.GetRequiredService<PgEmbedClient>();
            Assert.Same(client, services.GetRequiredService<PgEmbedClient>());
            made = client.DataSource;
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await made.OpenConnectionAsync());
    }

    [Fact]
    public async Task What_the_application_registers_is_used_and_left_to_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var embedder = new FewWords("own");
        await using (var services = new ServiceCollection()
            .AddSingleton(_ => database.DataSource).AddSingleton<ITextEmbedder>(embedder)
            .AddPgEmbed().Services.BuildServiceProvider())
        {
            var client = services.GetRequiredService<PgEmbedClient>();
            Assert.Same(embedder, client.Embedder);
            Assert.Same(database.DataSource, client.DataSource);
        }
    }

    [Fact]
    public async Task A_factory_s_data_source_and_model_outlive_the_services()
    {
        await using var database = await TestDatabase.CreateAsync();
        var embedder = new FewWords("own");
        await using (var services = new ServiceCollection().AddPgEmbed(o =>
        {
            o.DataSource = _ => database.DataSource;
            o.Embedder = _ => embedder;
        }).Services.BuildServiceProvider())
            Assert.Empty(await services.GetRequiredService<PgEmbedClient>().ListCollectionsAsync());

        await ExecuteAsync(database, "SELECT 1");
        Assert.False(embedder.IsDisposed);
    }

    [Fact]
    public async Task Keyed_clients_are_apart()
    {
        await using var one = await TestDatabase.CreateAsync();
        await using var other = await TestDatabase.CreateAsync();
        await ExecuteAsync(other, "CREATE TABLE docs (id integer PRIMARY KEY, text text)");
        var registered = new ServiceCollection();
        registered.AddPgEmbed(o =>
        {
            o.ConnectionString = one.ConnectionString;
            o.Embedder = _ => new FewWords("one");
        });
        registered.AddKeyedSingleton<ITextEmbedder>("other", new FewWords("other"));
        registered.AddKeyedPgEmbed("other", o => o.ConnectionString = other.ConnectionString).AddCollection(Mapping);
        await using var services = registered.BuildServiceProvider();

        await services.GetRequiredKeyedService<VectorCollectionSource<Doc>>("other").GetAsync();

        Assert.Empty(await services.GetRequiredService<PgEmbedClient>().ListCollectionsAsync());
        Assert.Equal(["docs"], await services.GetRequiredKeyedService<PgEmbedClient>("other").ListCollectionsAsync());
        Assert.Equal("one@1", services.GetRequiredService<PgEmbedClient>().Embedder.Space.Name);
        Assert.Equal("other@1", services.GetRequiredKeyedService<PgEmbedClient>("other").Embedder.Space.Name);
        Assert.Null(services.GetService<VectorCollectionSource<Doc>>());
    }

    [Fact]
    public async Task A_collection_that_could_not_be_opened_is_tried_again()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var services = new ServiceCollection().AddPgEmbed(o =>
        {
            o.ConnectionString = database.ConnectionString;
            o.Embedder = _ => new FewWords("own");
        }).AddCollection(Mapping).Services.BuildServiceProvider();
        var source = services.GetRequiredService<VectorCollectionSource<Doc>>();

        await Assert.ThrowsAsync<PgEmbedException>(() => source.GetAsync());
        await ExecuteAsync(database, "CREATE TABLE docs (id integer PRIMARY KEY, text text)");

        Assert.Equal("docs", (await source.GetAsync()).Info.Name);
    }

    [Fact]
    public void Wrong_options_are_refused_when_they_are_set()
    {
        Refused("both", o => (o.ConnectionString, o.DataSource) = ("Host=h", _ => throw new InvalidOperationException()));
        Refused("both", o => (o.ModelFolder, o.Embedder) = (".", _ => throw new InvalidOperationException()));
        Refused("no-such-folder", o => o.ModelFolder = "/no-such-folder");
        var message = Refused("can't read", o => o.ConnectionString = "Host=h;Password=secret;Nonsense=secret");
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);

        using var services = new ServiceCollection().AddPgEmbed().Services.BuildServiceProvider();
        Assert.Contains(
            "ConnectionString",
            Assert.Throws<PgEmbedException>(() => services.GetRequiredService<PgEmbedClient>()).Message,
            StringComparison.Ordinal);

        static string Refused(string part, Action<PgEmbedOptions> configure)
        {
            var error = Assert.Throws<PgEmbedException>(() => new ServiceCollection().AddPgEmbed(configure));
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
            return error.Message;
        }
    }

    [Fact]
    public async Task The_health_check_says_what_is_wrong()
    {
        await using var empty = await TestDatabase.CreateAsync(migrated: false);
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE docs (id integer PRIMARY KEY, text text)");
        await new PgEmbedClient(database.DataSource, new FewWords("one")).DefineCollectionAsync(Mapping);

        var healthy = await CheckAsync(database.ConnectionString, "one");
        Assert.Equal(HealthStatus.Healthy, healthy.Status);
        Assert.Equal(["docs"], (IReadOnlyList<string>)healthy.Data["collections"]);
        await Unhealthy(empty.ConnectionString, "one", "pgembed schema up");
        await Unhealthy(database.ConnectionString, "two", "two@1");
        await Unhealthy("Host=127.0.0.1;Port=1;Timeout=1", "one", "127.0.0.1");
        await ExecuteAsync(database, "DROP TABLE pgembed_store.docs_1 CASCADE");
        await Unhealthy(database.ConnectionString, "one", "docs_1");
        await ExecuteAsync(database, "DROP TABLE docs");
        await Unhealthy(database.ConnectionString, "one", "docs");

        static async Task Unhealthy(string connectionString, string model, string part)
        {
            var entry = await CheckAsync(connectionString, model);
            Assert.Equal(HealthStatus.Unhealthy, entry.Status);
            Assert.Contains(part, entry.Description, StringComparison.Ordinal);
        }

        static async Task<HealthReportEntry> CheckAsync(string connectionString, string model)
        {
            var registered = new ServiceCollection();
            registered.AddLogging();
            registered.AddPgEmbed(o => (o.ConnectionString, o.Embedder) = (connectionString, _ => new FewWords(model)));
            registered.AddHealthChecks().AddPgEmbed(["docs"]);
            await using var services = registered.BuildServiceProvider();
            var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            return report.Entries["pgembed"];
        }
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public sealed record Doc(int Id, string? Text);

    /// <summary>Makes vectors of a space of its own.</summary>
    private sealed class FewWords(string name) : ITextEmbedder, IDisposable
    {
        public VectorSpace Space { get; } = new(
            $"{name}@1", Convert.ToHexStringLower(SHA256.HashData([.. name.Select(c => (byte)c)])), 2, DistanceMetric.L2);

        public bool IsDisposed { get; private set; }

        public Task<TextEmbeddings> EmbedAsync(
            IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default)
        {
            var block = new VectorBlock(texts.Count, 2);
            for (var i = 0; i < texts.Count; i++)
                block.Row(i)[0] = texts[i].Length;
            return Task.FromResult(new TextEmbeddings(block, texts.Count, []));
        }

        public void Dispose() => IsDisposed = true;
    }
}
