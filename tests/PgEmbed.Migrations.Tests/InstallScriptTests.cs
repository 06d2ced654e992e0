using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

public sealed class InstallScriptTests
{
    private static readonly string Install = SchemaMigrator.Script(SchemaDirection.Up);

    [Fact]
    public void The_committed_script_is_the_one_that_the_files_make() =>
        CommittedFile.MustEqual("sql/install.sql", Install);

    [Theory]
    [InlineData("CREATE DOMAIN nothing AS integer")]
    [InlineData("""CREATE SCHEMA "Ext ""Schema"; CREATE EXTENSION vector SCHEMA "Ext ""Schema" """)]
    public async Task What_psql_installs_is_what_the_library_does(string beforehand)
    {
        await using var byPsql = await TestDatabase.CreateAsync(migrated: false);
        await using var byLibrary = await TestDatabase.CreateAsync(migrated: false);
        await byPsql.DataSource.ExecuteAsync(beforehand);
        await byLibrary.DataSource.ExecuteAsync(beforehand);

        var (exitCode, output) = await PostgresProgram.PsqlAsync(byPsql, Install);
        Assert.Equal("PgEmbed is installed.\n", output);
        Assert.Equal(0, exitCode);
        await new SchemaMigrator(byLibrary.DataSource).UpAsync();

        Assert.True((await new SchemaMigrator(byPsql.DataSource).UpAsync()).IsEmpty);
        Assert.Equal(
            await PostgresProgram.DumpAsync(byLibrary, "--schema-only"),
            await PostgresProgram.DumpAsync(byPsql, "--schema-only"));
        foreach (var rows in (string[])
            ["SELECT h::text FROM pgembed.migration_history h", "SELECT name || value FROM pgembed.setting"])
            Assert.Equal(await byLibrary.DataSource.ListAsync(rows), await byPsql.DataSource.ListAsync(rows));
    }

    [Fact]
    public async Task A_database_that_has_PgEmbed_already_is_refused_and_not_changed()
    {
        await using var database = await TestDatabase.CreateAsync();
        var before = await PostgresProgram.DumpAsync(database);
        var (exitCode, output) = await PostgresProgram.PsqlAsync(database, Install);
        Assert.NotEqual(0, exitCode);
        Assert.Contains($"but it is installed in {database.Name} already", output);
        Assert.Equal(before, await PostgresProgram.DumpAsync(database));
    }

    [Theory]
    [InlineData("CREATE SCHEMA pgembed CREATE TABLE collection (id integer)", "table pgembed.collection")]
    [InlineData("CREATE SCHEMA pgembed CREATE TABLE migration_history (id integer)", "table pgembed.migration_history")]
    public async Task A_database_with_half_of_it_is_refused_and_not_changed(string half, string name)
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(half);
        var before = await SchemaSnapshot.TakeAsync(database);
        var (exitCode, output) = await PostgresProgram.PsqlAsync(database, Install);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(name, output);
        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));
    }

    [Fact]
    public async Task Too_old_a_pgvector_is_refused_with_the_remedy()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(
            "CREATE EXTENSION vector; UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'");
        var (exitCode, output) = await PostgresProgram.PsqlAsync(database, Install);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Expected pgvector 0.8.0 or newer, got 0.7.4.", output);
        Assert.Contains("HINT:  Install pgvector 0.8.4 or newer", output);
    }

    [Fact]
    public async Task Psql_removes_what_it_installed_but_no_collection_unless_forced()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync("CREATE EXTENSION vector");
        var before = await SchemaSnapshot.TakeAsync(database);
        await PostgresProgram.PsqlAsync(database, Install);
        await TinyStore.CreateAsync(database.DataSource);

        var remove = SchemaMigrator.Script(SchemaDirection.Down);
        var (_, refused) = await PostgresProgram.PsqlAsync(database, remove);
        Assert.Contains("found articles", refused);
        var (exitCode, output) = await PostgresProgram.PsqlAsync(
            database, "SET pgembed.drop_collections = on;\n" + remove, "-q");
        Assert.Equal("PgEmbed is removed.\n", output);
        Assert.Equal(0, exitCode);
        await database.DataSource.ExecuteAsync("DROP TABLE articles");
        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));
    }
}
