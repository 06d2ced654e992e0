using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Injection;

/// <summary>
/// Hostile names of schemas, tables, keys, columns and collections through all that names them: each is taken as it is, or
/// refused in words where PostgreSQL can't have it.
/// </summary>
public sealed class HostileNameTests
{
    // A whole collection for every so many names; each has six of them in it.
    private const int Step = 9;

    private static readonly HashingEmbedder Embedder = new();

    /// <summary>What is done by name with a collection that has a row; a new way is a line here.</summary>
    private static readonly Dictionary<string, Func<VectorCollection<Thing>, TestDatabase, Task>> Uses = new()
    {
        ["filter in C#"] = async (things, _) =>
            Assert.Single(await things.SearchAsync("q", 5, t => t.Kind == "a" && t.Id == 1 && t.Text!.Contains("te")).ToListAsync()),
        ["plan"] = async (things, _) => Assert.NotEmpty(
            (await things.ExplainAsync(Embedder.Space.Vector(Embedder.Vector("q")), 5, t => t.Kind == "a")).ServerPlan),
        ["filter in SQL"] = async (things, _) => Assert.Single(await things.SearchRowsAsync(
            "q", 5, SqlFilter.Raw($"{SqlName.Quote(things.Info.Source.Columns[2].Name)} = 'a'")).ToListAsync()),
        ["get"] = async (things, _) => Assert.Equal("a", (await things.GetAsync(1))!.Kind),
        ["projection"] = async (things, _) => Assert.Equal(
            "a", (await things.Query("q").Select(t => new { t.Kind, t.Id }).SingleAsync()).Row.Kind),
        ["columns by name"] = async (things, _) => Assert.Equal(
            "a", (await things.QueryRows("q").Map(r => r.GetString(1), things.Info.Source.Columns[2].Name).SingleAsync()).Row),
        ["like a row"] = async (things, _) => Assert.Empty(await things.QueryLike(1).Filter(t => t.Kind == "a").ToListAsync()),
        ["several"] = async (things, _) => Assert.Equal(2, (await things.SearchManyAsync(["q", "r"], 3, t => t.Kind == "a")).Count),
        ["statement"] = async (things, _) => Assert.NotEmpty((await things.Query("q").Filter(t => t.Kind == "a").ToSqlAsync()).Sql),
        ["wait"] = async (things, _) => await things.WaitUntilSearchableAsync([1], TimeSpan.Zero),
        ["import"] = async (things, _) => Assert.Equal(1, (await things.ImportVectorsAsync(
            Embedder.Space, new[] { new KeyedVector<int>(1, Embedder.Vector("x")) }.ToAsyncEnumerable())).Written),
        ["search in SQL"] = async (things, database) => Assert.Equal(1L, await ScalarAsync(
            database, "SELECT count(*) FROM pgembed.search($1, pgembed.vector_of($1, '1'), 3)", things.Info.Name)),
        ["sync"] = async (things, _) => Assert.Equal(0, (await things.SyncAsync().LastAsync()).Embedded),
        ["export"] = async (things, _) => Assert.Single(await things.ExportVectorsAsync<int>().ToListAsync()),
        ["status"] = async (things, database) => Assert.Equal(
            things.Info.Name, Assert.Single(await new CollectionCatalog(database.DataSource).StatusAsync(things.Info.Name)).Collection),
        ["vector_of"] = async (things, database) => Assert.Equal(
            Embedder.Space.Id, await ScalarAsync(database, "SELECT (pgembed.vector_of($1, '1')).space_id", things.Info.Name)),
        ["nearest"] = async (things, database) => Assert.Equal(
            1L,
            await ScalarAsync(
                database,
                "SELECT count(*) FROM pgembed_store."
                + $"{SqlName.Quote((string)(await ScalarAsync(database, "SELECT pgembed.nearest_name($1)", things.Info.Name))!)}"
                + "(pgembed.vector_of($1, '1'))",
                things.Info.Name)),
        ["index"] = async (things, _) => Assert.True(await things.BuildIndexAsync()),
        ["index, listed, checked and built anew"] = async (things, database) =>
        {
            var manager = new IndexManager(database.DataSource);
            var target = await manager.TargetAsync(things.Info.Name);
            Assert.Equal(1, (await manager.CheckAsync(target)).Rows);
            Assert.True((await manager.BuildAsync(target, replace: true)).Built);
            Assert.Equal(things.Info.Name, Assert.Single(await manager.ListAsync(), i => i.StoreId == target.StoreId).Collection);
        },
        ["partial index, advised"] = async (things, database) =>
        {
            var manager = new IndexManager(database.DataSource);
            var filter = $"{SqlName.Quote(things.Info.Source.Columns[2].Name)} = 'a'";
            Assert.True((await manager.BuildAsync(await manager.TargetAsync(things.Info.Name, filter))).Built);
            var advice = await manager.AdviseAsync(
                things.Info.Name,
                new IndexAdviseOptions { Filters = [new SampledFilter(filter, SqlFilter.Raw(filter), 3, 1)], Queries = 1 });
            Assert.Empty(advice.Proposals);
        },
        ["delete"] = async (things, _) => Assert.True(await things.DeleteAsync(1)),
        // The last: an opened collection writes to the store that it was opened with.
        ["alteration"] = async (things, database) =>
        {
            await new CollectionAlteration(database.DataSource).RunAsync(
                things.Info.Name,
                [things.Info.Source.Columns[2].Name],
                Partitioning.ByList(things.Info.Source.Columns[2].Name, "it's", "a"));
            Assert.Single(
                await new IndexManager(database.DataSource).ListAsync(),
                i => i.Filter is not null && i.Collection == things.Info.Name);
        },
    };

    [Fact]
    public async Task A_collection_of_hostile_names_is_used_like_any_other()
    {
        await using var database = await TestDatabase.CreateAsync();
        var canary = await Canary.CreateAsync(database.DataSource);
        var client = new PgEmbedClient(database.DataSource, Embedder);
        var names = HostileTexts.Names;
        for (var i = 0; i < names.Count; i += Step)
        {
            var (schema, table, key, text, kind, collection) = (
                Name(i), Name(i + 1), Name(i + 2), Name(i + 3), Name(i + 4), Name(i));
            await ExecuteAsync(
                database,
                $"""
                CREATE SCHEMA {SqlName.Quote(schema)};
                CREATE TABLE {SqlName.Qualify(schema, table)} ({SqlName.Quote(key)} integer PRIMARY KEY, {SqlName.Quote(text)} text,
                    {SqlName.Quote(kind)} text)
                """);
            var things = await client.DefineCollectionAsync(new CollectionMapping<Thing>(collection)
                .Table(table, schema).Key(t => t.Id).Text(t => t.Text).Carry(t => t.Kind)
                .Column(t => t.Id, key).Column(t => t.Text, text).Column(t => t.Kind, kind));
            await things.UpsertAsync([new Thing { Id = 1, Text = "text", Kind = "a" }]);
            foreach (var (use, run) in Uses)
            {
                var failure = await Record.ExceptionAsync(() => run(things, database));
                Assert.True(failure is null, $"{use} of {SqlName.Qualify(schema, table)}, {collection}: {failure}");
            }

            Assert.True(await client.DropCollectionAsync(collection));
            await ExecuteAsync(database, $"DROP SCHEMA {SqlName.Quote(schema)} CASCADE");
        }

        Assert.Null(await canary.HarmAsync());

        string Name(int i) => names[i % names.Count];
    }

    [Fact]
    public async Task Every_name_is_quoted_so_that_the_server_reads_it_as_it_is()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var canary = await Canary.CreateAsync(database.DataSource);
        foreach (var batch in HostileTexts.Names.Chunk(100))
        {
            await using var command = database.DataSource.CreateCommand(
                $"SELECT {string.Join(", ", batch.Select(name => $"1 AS {SqlName.Quote(name)}"))}");
            await using var reader = await command.ExecuteReaderAsync();
            Assert.Equal(batch, Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
        }

        Assert.Null(await canary.HarmAsync());
    }

    [Fact]
    public async Task A_name_that_cannot_be_is_refused_and_nothing_is_made()
    {
        await using var database = await TestDatabase.CreateAsync();
        var canary = await Canary.CreateAsync(database.DataSource);
        await ExecuteAsync(database, "CREATE TABLE things (id integer PRIMARY KEY, text text)");
        var catalog = new CollectionCatalog(database.DataSource);
        var good = new CollectionDefinition { Name = "things", Table = "things", KeyColumns = ["id"], TextColumns = ["text"] };
        Func<string, CollectionDefinition>[] places =
        [
            text => good with { Table = text }, text => good with { Schema = text }, text => good with { KeyColumns = [text] },
            text => good with { TextColumns = [text] }, text => good with { CarriedColumns = [text] },
        ];
        foreach (var (text, index) in HostileTexts.All.Select((text, index) => (text, index)))
            await Assert.ThrowsAsync<PgEmbedException>(
                () => catalog.DefineAsync(places[index % places.Length](text), Embedder.Space));

        foreach (var text in HostileTexts.NoNames)
            await Assert.ThrowsAsync<PgEmbedException>(() => catalog.DefineAsync(good with { Name = text }, Embedder.Space));
        Assert.Empty(await catalog.ListAsync());
        Assert.Null(await canary.HarmAsync());
    }

    private static async Task<object?> ScalarAsync(TestDatabase database, string sql, string value)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        if (sql.Contains("$1", StringComparison.Ordinal))
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync();
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A row whose columns have other names than its properties.</summary>
    public sealed class Thing
    {
        public int Id { get; set; }

        public string? Text { get; set; }

        public string? Kind { get; set; }
    }
}
