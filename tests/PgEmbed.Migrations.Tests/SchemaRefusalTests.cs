using Npgsql;
using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

public sealed class SchemaRefusalTests
{
    [Fact]
    public async Task A_pgvector_older_than_0_8_is_refused_with_the_remedy()
    {
        await using var database = await WithPgvectorAsync("0.7.4");
        var migrator = new SchemaMigrator(database.DataSource);

        var refused = await Assert.ThrowsAsync<PgEmbedException>(() => migrator.UpAsync());
        Assert.Contains("Expected pgvector 0.8.0 or newer, got 0.7.4.", refused.Message);
        Assert.Contains("ALTER EXTENSION vector UPDATE", refused.Remedy);
        Assert.Contains("got 0.7.4", (await migrator.GetStatusAsync()).Warning);
        Assert.DoesNotContain(await SchemaSnapshot.TakeAsync(database), line => line.Contains("pgembed"));
    }

    [Theory]
    [InlineData("0.8.0")]
    [InlineData("0.8.3")]
    public async Task A_pgvector_with_known_faults_works_with_a_warning(string version)
    {
        await using var database = await WithPgvectorAsync(version);
        var migrator = new SchemaMigrator(database.DataSource);
        Assert.Contains($"pgvector {version} works, but", (await migrator.UpAsync()).Warning);
        Assert.Contains($"pgvector {version} works, but", (await migrator.GetStatusAsync()).Warning);
        Assert.True((await migrator.GetStatusAsync()).IsCurrent);
    }

    [Fact]
    public async Task A_server_without_pgvector_is_refused_with_the_remedy()
    {
        await using var database = await WithoutPgvectorAsync("name <> 'vector'");
        var migrator = new SchemaMigrator(database.DataSource);
        var refused = await Assert.ThrowsAsync<PgEmbedException>(() => migrator.UpAsync());
        Assert.Contains("the server does not have it", refused.Message);
        Assert.Contains("Install pgvector 0.8.4 or newer", refused.Remedy);
    }

    [Fact]
    public async Task A_pgvector_that_would_be_too_old_is_not_created()
    {
        await using var database = await WithoutPgvectorAsync("true", "0.7.4");
        var migrator = new SchemaMigrator(database.DataSource);
        var refused = await Assert.ThrowsAsync<PgEmbedException>(() => migrator.UpAsync());
        Assert.Contains("got 0.7.4", refused.Message);
        Assert.DoesNotContain(await SchemaSnapshot.TakeAsync(database), line => line.Contains("extension vector"));
    }

    [Fact]
    public async Task A_role_that_may_not_create_the_extension_is_told_who_may()
    {
        await using var role = await TestRole.CreateAsync();
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync($"GRANT CREATE ON DATABASE {database.Name} TO {role.Name}");
        await using var limited = role.Connect(database);
        var refused = await Assert.ThrowsAsync<PgEmbedException>(() => new SchemaMigrator(limited).UpAsync());
        Assert.Contains(role.Name, refused.Message);
        Assert.Contains("superuser", refused.Remedy);
    }

    [Fact]
    public async Task A_role_that_may_not_create_schemas_or_change_them_is_told_who_may()
    {
        await using var role = await TestRole.CreateAsync();
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync("CREATE EXTENSION vector");
        await using var limited = role.Connect(database);
        var up = await Assert.ThrowsAsync<PgEmbedException>(() => new SchemaMigrator(limited).UpAsync());
        Assert.Contains($"permission denied for database {database.Name}", up.Message);
        Assert.Contains("owner", up.Remedy);

        await new SchemaMigrator(database.DataSource).UpAsync();
        var status = await Assert.ThrowsAsync<PgEmbedException>(() => new SchemaMigrator(limited).GetStatusAsync());
        Assert.Contains("permission denied", status.Message);
        await database.DataSource.ExecuteAsync(
            $"""
            GRANT USAGE ON SCHEMA pgembed, pgembed_store TO {role.Name};
            GRANT SELECT ON ALL TABLES IN SCHEMA pgembed TO {role.Name};
            """);
        Assert.True((await new SchemaMigrator(limited).UpAsync()).IsEmpty);
        var down = await Assert.ThrowsAsync<PgEmbedException>(() => new SchemaMigrator(limited).DownAsync());
        Assert.Contains("permission denied", down.Message);
        Assert.True((await new SchemaMigrator(database.DataSource).GetStatusAsync()).IsCurrent);
    }

    [Fact]
    public async Task A_schema_of_a_newer_library_is_left_alone()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.DataSource.ExecuteAsync("INSERT INTO pgembed.migration_history VALUES ('999_future', '99.0.0')");
        var migrator = new SchemaMigrator(database.DataSource);
        var status = await migrator.GetStatusAsync();
        Assert.Equal(["999_future"], status.Unknown);
        Assert.True(status.IsNewer);
        Assert.False(status.IsCurrent);

        var before = await SchemaSnapshot.TakeAsync(database);
        foreach (var change in new Func<Task>[] { () => migrator.UpAsync(), () => migrator.DownAsync() })
        {
            var refused = await Assert.ThrowsAsync<PgEmbedException>(change);
            Assert.Contains("999_future", refused.Message);
            Assert.Contains("version of PgEmbed", refused.Remedy);
        }

        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));
    }

    [Theory]
    [InlineData("CREATE SCHEMA pgembed CREATE TABLE setting (id integer)", "table pgembed.setting")]
    [InlineData("CREATE SCHEMA pgembed CREATE TABLE migration_history (id integer)", "table pgembed.migration_history")]
    [InlineData("CREATE SCHEMA pgembed_store CREATE VIEW other AS SELECT 1", "view pgembed_store.other")]
    public async Task Schemas_with_something_else_in_them_are_refused_and_it_is_named(string create, string name)
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(create);
        var before = await SchemaSnapshot.TakeAsync(database);
        var migrator = new SchemaMigrator(database.DataSource);
        var refused = await Assert.ThrowsAsync<PgEmbedException>(() => migrator.UpAsync());
        Assert.True(refused.Message.Contains(name), refused.Message);
        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));
    }

    [Fact]
    public async Task Empty_schemas_that_were_made_beforehand_are_taken()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync("CREATE SCHEMA pgembed; CREATE SCHEMA pgembed_store");
        Assert.NotEmpty((await new SchemaMigrator(database.DataSource).UpAsync()).Applied);
    }

    [Fact]
    public async Task A_server_that_takes_no_writes_is_named_as_that()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await using var readOnly = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Options = "-c default_transaction_read_only=on",
        });
        var refused = await Assert.ThrowsAsync<PgEmbedException>(() => new SchemaMigrator(readOnly).UpAsync());
        Assert.Contains("takes writes", refused.Message);
        Assert.Contains("primary", refused.Remedy);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("nowhere.invalid")]
    public async Task A_server_that_is_not_there_is_named(string host)
    {
        await using var nowhere = NpgsqlDataSource.Create($"Host={host};Port=1;Username=x;Database=x");
        var migrator = new SchemaMigrator(nowhere);
        foreach (var attempt in new Func<Task>[] { () => migrator.UpAsync(), () => migrator.GetStatusAsync() })
            Assert.Contains($"{host}:1", (await Assert.ThrowsAsync<PgEmbedException>(attempt)).Message);
    }

    /// <summary>A database that says its pgvector is of this version; only the newest can be installed.</summary>
    private static async Task<TestDatabase> WithPgvectorAsync(string version)
    {
        var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(
            $"CREATE EXTENSION vector; UPDATE pg_extension SET extversion = '{version}' WHERE extname = 'vector'");
        return database;
    }

    /// <summary>A database that says its server offers these extensions only, or of this version.</summary>
    private static async Task<TestDatabase> WithoutPgvectorAsync(string condition, string? version = null)
    {
        var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(
            $"""
            SET allow_system_table_mods = on;
            CREATE OR REPLACE VIEW pg_catalog.pg_available_extensions AS
            SELECT name, {(version is null ? "default_version" : $"'{version}'::text")} AS default_version,
                NULL::text COLLATE "C" AS installed_version, comment
            FROM pg_available_extensions() AS e (name, default_version, comment)
            WHERE {condition};
            """);
        return database;
    }
}
