using Microsoft.EntityFrameworkCore;
using Npgsql;
using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

public sealed class SchemaUpTests
{
    [Fact]
    public async Task Up_applies_every_migration_and_a_second_up_finds_nothing_to_do()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var migrator = new SchemaMigrator(database.DataSource);

        var first = await migrator.UpAsync();
        Assert.Equal(SqlFileMigrationsAssembly.Ids, first.Applied);
        Assert.True(first.FunctionsInstalled);
        Assert.True(first.ExtensionCreated);
        Assert.Null(first.Warning);

        var before = await SchemaSnapshot.TakeAsync(database);
        Assert.True((await migrator.UpAsync()).IsEmpty);
        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));
        Assert.Equal(
            SqlFileMigrationsAssembly.Ids.Last(),
            await database.DataSource.ScalarAsync<string>("SELECT pgembed.version()"));
    }

    [Fact]
    public async Task EF_Core_itself_finds_its_history_complete()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var context = new SchemaContext(connection, sql => sql);
        Assert.Equal(SqlFileMigrationsAssembly.Ids, await context.Database.GetAppliedMigrationsAsync());
        Assert.Empty(await context.Database.GetPendingMigrationsAsync());
        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Of_processes_that_start_at_once_one_installs_and_the_others_find_it_done()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var changes = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await using var other = NpgsqlDataSource.Create(database.ConnectionString);
            return await new SchemaMigrator(other).UpAsync();
        }));
        Assert.Single(changes, change => !change.IsEmpty);
    }

    [Fact]
    public async Task A_data_source_that_connected_before_knows_the_types_after()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ScalarAsync<int>("SELECT 1");
        await new SchemaMigrator(database.DataSource).UpAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT '[1,2,3]'::vector", connection);
        await using var row = await command.ExecuteReaderAsync();
        Assert.Equal("public.vector", row.GetDataTypeName(0));
    }

    [Fact]
    public async Task Up_works_for_a_role_that_may_create_schemas_where_the_extension_is()
    {
        await using var role = await TestRole.CreateAsync();
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(
            $"CREATE EXTENSION vector; GRANT CREATE ON DATABASE {database.Name} TO {role.Name}");
        await using var limited = role.Connect(database);

        var change = await new SchemaMigrator(limited).UpAsync();
        Assert.False(change.ExtensionCreated);
        Assert.True((await new SchemaMigrator(limited).GetStatusAsync()).IsCurrent);
        Assert.NotEmpty((await new SchemaMigrator(limited).DownAsync()).Reverted);
    }

    [Fact]
    public async Task Up_that_was_killed_or_cancelled_half_way_leaves_nothing()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(
            """
            CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock(1); END $$;
            CREATE EVENT TRIGGER wait ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION wait();
            """);
        var before = await SchemaSnapshot.TakeAsync(database);
        await using var holder = await database.DataSource.OpenConnectionAsync();
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_lock(1)", holder))
            await hold.ExecuteNonQueryAsync();

        var migrator = new SchemaMigrator(database.DataSource);
        var killed = migrator.UpAsync();
        await database.DataSource.ScalarAsync<bool>($"SELECT pg_terminate_backend({await WaiterAsync(database)})");
        await Assert.ThrowsAsync<PgEmbedException>(() => killed);
        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));

        using var cancel = new CancellationTokenSource();
        var cancelled = migrator.UpAsync(cancel.Token);
        await WaiterAsync(database);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(before, await SchemaSnapshot.TakeAsync(database));

        await database.DataSource.ExecuteAsync("DROP EVENT TRIGGER wait");
        Assert.NotEmpty((await migrator.UpAsync()).Applied);
    }

    [Fact]
    public async Task Functions_are_installed_anew_when_one_was_changed_dropped_or_is_no_more()
    {
        await using var database = await TestDatabase.CreateAsync();
        var migrator = new SchemaMigrator(database.DataSource);

        await database.DataSource.ExecuteAsync("DROP FUNCTION pgembed.version()");
        Assert.False((await migrator.GetStatusAsync()).FunctionsCurrent);
        Assert.True((await migrator.UpAsync()).FunctionsInstalled);
        Assert.NotEmpty(await database.DataSource.ScalarAsync<string>("SELECT pgembed.version()"));

        // As an older library would have left it: another text of one, and one that is no more. A function that is not
        // of this schema is no business of ours, whatever the setting says.
        await database.DataSource.ExecuteAsync(
            """
            CREATE OR REPLACE FUNCTION pgembed.version() RETURNS text LANGUAGE sql RETURN 'old';
            CREATE FUNCTION pgembed.former(text, integer) RETURNS text LANGUAGE sql RETURN 'old';
            CREATE FUNCTION public.mine() RETURNS text LANGUAGE sql RETURN 'mine';
            UPDATE pgembed.setting
            SET value = jsonb_build_object('fingerprint', 'old',
                'signatures', value -> 'signatures' || '["pgembed.former(text, integer)", "public.mine()"]')
            WHERE name = 'functions';
            """);
        Assert.False((await migrator.GetStatusAsync()).FunctionsCurrent);
        var change = await migrator.UpAsync();
        Assert.True(change.FunctionsInstalled);
        Assert.Empty(change.Applied);
        Assert.Equal(
            SqlFileMigrationsAssembly.Ids.Last(),
            await database.DataSource.ScalarAsync<string>("SELECT pgembed.version()"));
        Assert.Equal(
            ["mine"],
            await database.DataSource.ListAsync("SELECT proname FROM pg_proc WHERE proname IN ('former', 'mine')"));
        Assert.True((await migrator.UpAsync()).IsEmpty);
    }

    [Fact]
    public async Task Status_tells_what_is_applied_and_what_is_to_come()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var migrator = new SchemaMigrator(database.DataSource);

        var before = await migrator.GetStatusAsync();
        Assert.False(before.IsInstalled);
        Assert.False(before.IsCurrent);
        Assert.Empty(before.Applied);
        Assert.Equal(SqlFileMigrationsAssembly.Ids, before.Pending);
        Assert.Null(before.PgvectorVersion);
        Assert.Contains("not in this database", before.Warning);

        await migrator.UpAsync();
        var after = await migrator.GetStatusAsync();
        Assert.True(after.IsInstalled);
        Assert.True(after.IsCurrent);
        Assert.Equal(SqlFileMigrationsAssembly.Ids, after.Applied);
        Assert.Empty(after.Pending);
        Assert.Equal(await database.DataSource.ScalarAsync<string>("SHOW server_version"), after.ServerVersion);
        Assert.Equal("public", after.PgvectorSchema);
        Assert.Null(after.Warning);
    }

    /// <summary>The backend that waits for the advisory lock, once there is one.</summary>
    private static async Task<string> WaiterAsync(TestDatabase database)
    {
        while (true)
        {
            var waiters = await database.DataSource.ListAsync(
                """
                SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'
                """);
            if (waiters is [var waiter])
                return waiter;
            await Task.Delay(20);
        }
    }
}
