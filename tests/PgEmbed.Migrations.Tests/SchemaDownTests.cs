using Npgsql;
using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

public sealed class SchemaDownTests
{
    [Fact]
    public async Task Down_leaves_the_database_as_it_was_before_up_and_up_works_again()
    {
        await using var role = await TestRole.CreateAsync();
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync("CREATE EXTENSION vector; CREATE TABLE mine (id integer, v vector(3))");
        var migrator = new SchemaMigrator(database.DataSource);
        var before = await SchemaSnapshot.TakeAsync(database);

        for (var round = 0; round < 2; round++)
        {
            await migrator.UpAsync();
            await database.DataSource.ExecuteAsync($"GRANT USAGE ON SCHEMA pgembed TO {role.Name}");
            var change = await migrator.DownAsync();
            Assert.Equal(SqlFileMigrationsAssembly.Ids.Reverse(), change.Reverted);
            Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));
            Assert.True((await migrator.DownAsync()).IsEmpty);
        }

        // Roles belong to the cluster: this one is still there.
        Assert.True(await database.DataSource.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role.Name));
    }

    [Fact]
    public async Task Down_refuses_to_lose_vectors_unless_forced()
    {
        await using var database = await TestDatabase.CreateAsync();
        await TinyStore.CreateAsync(database.DataSource);
        var migrator = new SchemaMigrator(database.DataSource);
        var before = await SchemaSnapshot.TakeAsync(database);

        var refused = await Assert.ThrowsAsync<PgEmbedException>(() => migrator.DownAsync());
        Assert.Contains("articles", refused.Message);
        Assert.Contains("force", refused.Remedy);
        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));
        const string Count = "SELECT count(*) FROM pgembed_store.articles_1";
        Assert.Equal(TinyStore.Rows, await database.DataSource.ScalarAsync<long>(Count));

        await migrator.DownAsync(new SchemaDownOptions { Force = true });
        Assert.DoesNotContain(await SchemaSnapshot.TakeAsync(database), line => line.Contains("pgembed"));
        Assert.Equal(TinyStore.Rows, await database.DataSource.ScalarAsync<long>("SELECT count(*) FROM articles"));
    }

    [Theory]
    [InlineData("CREATE TABLE pgembed.foreigner (id integer)", "table pgembed.foreigner")]
    [InlineData("CREATE TABLE pgembed_store.foreigner (id integer)", "table pgembed_store.foreigner")]
    [InlineData(
        "CREATE FUNCTION pgembed.foreigner() RETURNS int LANGUAGE sql RETURN 1", "function pgembed.foreigner()")]
    [InlineData("CREATE VIEW foreigner AS SELECT name FROM pgembed.collection", "view public.foreigner")]
    [InlineData("CREATE VIEW foreigner AS SELECT pgembed.version()", "view public.foreigner")]
    [InlineData("CREATE VIEW foreigner AS SELECT * FROM pgembed_store.articles_1", "view public.foreigner")]
    [InlineData(
        "CREATE VIEW foreigner AS SELECT * FROM pgembed_store.nearest_articles(NULL)", "view public.foreigner")]
    [InlineData("CREATE TABLE foreigner (query pgembed.space_vector)", "column query of table public.foreigner")]
    public async Task Down_refuses_to_drop_what_others_put_in_or_build_on_and_names_it(string create, string name)
    {
        await using var database = await TestDatabase.CreateAsync();
        await TinyStore.CreateAsync(database.DataSource);
        await database.DataSource.ExecuteAsync(create);
        // As applications connect: without the errors' details.
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { IncludeErrorDetail = false });
        var before = await SchemaSnapshot.TakeAsync(database);

        var refused = await Assert.ThrowsAsync<PgEmbedException>(
            () => new SchemaMigrator(source).DownAsync(new SchemaDownOptions { Force = true }));
        Assert.Contains(name, refused.Message);
        Assert.Contains("Drop these objects or move them elsewhere", refused.Remedy);
        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));
    }
}
