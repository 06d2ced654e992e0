using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Catalog;

public sealed class DefinitionTests
{
    private readonly HashingEmbedder _embedder = new();

    public static TheoryData<string> Names => new(
        "plain",
        "Capitals And Spaces",
        "quo\"te",
        "apos'trophe",
        "ünï-cødé 漢字",
        "select",
        "back\\slash",
        "%I $1 {0}",
        new string('x', 63),
        string.Concat(Enumerable.Repeat("漢", 21)));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Any_name_that_postgresql_takes_works_for_schema_table_columns_and_collection(string name)
    {
        await using var database = await TestDatabase.CreateAsync();
        var (table, column) = (SqlName.Qualify(name, name), SqlName.Quote(name));
        var key = SqlName.Quote(SqlName.WithEnding(name, "key"));
        await ExecuteAsync(database,
            $"""
            CREATE SCHEMA {SqlName.Quote(name)};
            CREATE TABLE {table} ({key} text PRIMARY KEY, {column} text, embedding text, chunk int, key_1 int);
            INSERT INTO {table} SELECT 'k' || i, 'text ' || i, 'e', i, i FROM generate_series(1, 30) i;
            """);
        var client = new PgEmbedClient(database.DataSource, _embedder);

        var collection = await client.DefineCollectionAsync(new CollectionDefinition
        {
            Name = name,
            Schema = name,
            Table = name,
            KeyColumns = [SqlName.WithEnding(name, "key")],
            TextColumns = [name],
        });
        var written = await collection.SyncAsync().LastAsync();
        await collection.BuildIndexAsync();
        var hits = await collection.SearchRowsAsync(
            "text 7", 5, PgEmbed.Postgres.Filters.SqlFilter.From($"chunk > {3} AND key_1 < {20} AND embedding = {"e"}")).ToListAsync();

        Assert.Equal(30, written.Embedded);
        Assert.Equal(5, hits.Count);
        Assert.Equal("text 7", hits[0].Row[name]);
        Assert.Contains(name, await client.ListCollectionsAsync());
        Assert.True(await client.DropCollectionAsync(name));
        Assert.False(await client.DropCollectionAsync(name));
        Assert.Equal(0L, await ScalarAsync(database,
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'pgembed_store'::regnamespace"));
        Assert.Equal(30L, await ScalarAsync(database, $"SELECT count(*) FROM {table}"));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a\0b", "NUL")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", "63")]
    public async Task A_name_that_postgresql_would_not_keep_is_refused(string name, string expected)
    {
        await using var database = await TestDatabase.CreateAsync();
        var definition = Definition("t") with { Table = name };

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => new CollectionCatalog(database.DataSource).DefineAsync(definition, _embedder.Space));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("integer", "7")]
    [InlineData("bigint", "7")]
    [InlineData("smallint", "7")]
    [InlineData("uuid", "'00000000-0000-0000-0000-000000000007'")]
    [InlineData("character varying(40)", "'7'")]
    [InlineData("timestamptz", "'2026-01-07T00:00:00Z'")]
    [InlineData("numeric(10,2)", "7.25")]
    [InlineData("date", "'2026-01-07'")]
    public async Task Keys_of_the_usual_types_work(string type, string value)
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database,
            $"CREATE TABLE t (id {type} PRIMARY KEY, body text); INSERT INTO t VALUES ({value}, 'text')");
        var collection = await new PgEmbedClient(database.DataSource, _embedder).DefineCollectionAsync(Definition("t"));

        Assert.Equal(1, (await collection.SyncAsync().LastAsync()).Embedded);
        Assert.Equal(0, (await collection.SyncAsync().LastAsync()).Embedded);
        Assert.Single(await collection.SearchRowsAsync("text").ToListAsync());
    }

    [Fact]
    public async Task A_key_of_several_columns_works_in_pages_too()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database,
            """
            CREATE TABLE t (b text NOT NULL, a integer NOT NULL, body text, PRIMARY KEY (a, b));
            INSERT INTO t SELECT 'k' || i % 7, i / 7, 'text ' || i FROM generate_series(1, 4500) i
            """);
        var collection = await new PgEmbedClient(database.DataSource, _embedder)
            .DefineCollectionAsync(Definition("t") with { KeyColumns = ["a", "b"] });

        Assert.Equal(4_500, (await collection.SyncAsync().LastAsync()).Embedded);
        var hit = (await collection.SearchRowsAsync("text 4321", 1).ToListAsync())[0];
        Assert.Equal("text 4321", hit.Row["body"]);
    }

    [Theory]
    [InlineData("CREATE TABLE other (id int)", "no table", "\"public\".\"t\"")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, other text)", "no text column", "\"body\"")]
    [InlineData("CREATE TABLE t (id int, body text)", "no key", "unique index")]
    [InlineData("CREATE TABLE t (id int UNIQUE, body text)", "a key that may be NULL", "NOT NULL")]
    [InlineData("CREATE TABLE t (id int NOT NULL, x int NOT NULL, body text, UNIQUE (id, x))", "half a key", "unique index")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, body jsonb)", "a text that is none", "jsonb")]
    [InlineData("CREATE VIEW t AS SELECT 1 AS id, 'x'::text AS body", "a view", "\"public\".\"t\"")]
    public async Task A_table_that_does_not_fit_is_refused(string table, string what, string expected)
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, table);
        var catalog = new CollectionCatalog(database.DataSource);

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => catalog.DefineAsync(Definition("t"), _embedder.Space));

        Assert.True(error.Message.Contains(expected, StringComparison.Ordinal), $"{what}: {error.Message}");
        Assert.Empty(await catalog.ListAsync());
    }

    [Fact]
    public async Task Defining_twice_gives_the_same_and_defining_otherwise_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE t (id int PRIMARY KEY, body text, title text)");
        var catalog = new CollectionCatalog(database.DataSource);

        var both = await Task.WhenAll(
            catalog.DefineAsync(Definition("t"), _embedder.Space), catalog.DefineAsync(Definition("t"), _embedder.Space));

        Assert.Equal(both[0].Store, both[1].Store);
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => catalog.DefineAsync(
            Definition("t") with { TextColumns = ["title"] }, _embedder.Space));
        Assert.Contains("title", error.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<PgEmbedException>(() => catalog.GetAsync("T"));
        Assert.Contains("found t", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_changed_under_its_version_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE t (id int PRIMARY KEY, body text)");
        var catalog = new CollectionCatalog(database.DataSource);
        await catalog.DefineAsync(Definition("t"), _embedder.Space);
        var changed = new VectorSpace(_embedder.Space.Name, new string('a', 64), 16);

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => catalog.DefineAsync(Definition("t") with { Name = "other" }, changed));

        Assert.Contains("another version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_without_schema_or_pgvector_or_a_dropped_table_says_so()
    {
        await using var empty = await TestDatabase.CreateAsync(migrated: false);
        var missing = await Assert.ThrowsAsync<PgEmbedException>(
            () => new CollectionCatalog(empty.DataSource).GetAsync("t"));
        Assert.Contains("pgembed schema up", missing.Message, StringComparison.Ordinal);

        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE t (id int PRIMARY KEY, body text)");
        var catalog = new CollectionCatalog(database.DataSource);
        await catalog.DefineAsync(Definition("t"), _embedder.Space);
        await ExecuteAsync(database, "DROP TABLE t");
        var gone = await Assert.ThrowsAsync<PgEmbedException>(() => catalog.GetAsync("t"));
        Assert.Contains("\"public\".\"t\"", gone.Message, StringComparison.Ordinal);
        Assert.True(await catalog.DropAsync("t"));
    }

    [Theory]
    [InlineData(2_001, "f32", "f16")]
    [InlineData(4_001, "f16", "No codec")]
    public async Task An_index_on_too_many_dimensions_is_refused_with_the_codec_that_fits(
        int dimensions, string codec, string expected)
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE t (id int PRIMARY KEY, body text); INSERT INTO t VALUES (1, 'text')");
        var collection = await new PgEmbedClient(database.DataSource, new HashingEmbedder(dimensions))
            .DefineCollectionAsync(Definition("t") with { Codec = Codec.Parse(codec) });
        await collection.SyncAsync().LastAsync();

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => collection.BuildIndexAsync());

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Single(await collection.SearchRowsAsync("text").ToListAsync());
    }

    [Theory]
    [InlineData(DistanceMetric.Cosine, "f32")]
    [InlineData(DistanceMetric.L2, "f32")]
    [InlineData(DistanceMetric.InnerProduct, "f32")]
    [InlineData(DistanceMetric.Cosine, "f16")]
    [InlineData(DistanceMetric.L2, "f16")]
    [InlineData(DistanceMetric.InnerProduct, "f16")]
    public async Task Metric_codec_and_operator_class_agree_so_that_the_index_is_used(DistanceMetric metric, string codec)
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database,
            """
            CREATE TABLE t (id int PRIMARY KEY, body text);
            INSERT INTO t SELECT i, 'text ' || i FROM generate_series(1, 5000) i
            """);
        var collection = await new PgEmbedClient(database.DataSource, new HashingEmbedder(8, metric: metric))
            .DefineCollectionAsync(Definition("t") with { Codec = Codec.Parse(codec) });
        await collection.SyncAsync().LastAsync();
        Assert.True(await collection.BuildIndexAsync());
        Assert.False(await collection.BuildIndexAsync());

        var (plan, server) = await collection.ExplainRowsAsync("text 5", 10);
        var found = await collection.SearchRowsAsync("text 5", 10).ToListAsync();
        var exact = await collection.SearchRowsAsync("text 5", 10, options: new() { Exact = true }).ToListAsync();

        Assert.Equal(Postgres.Search.SearchPlanKind.Index, plan.Kind);
        Assert.Contains("_hnsw", server, StringComparison.Ordinal);
        Assert.True(found.Count(f => exact.Any(e => (int)e.Row["id"]! == (int)f.Row["id"]!)) >= 9);
    }

    private static CollectionDefinition Definition(string name) =>
        new() { Name = name, Table = "t", KeyColumns = ["id"], TextColumns = ["body"] };

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
