using Npgsql;
using PgEmbed.Migrations;

namespace PgEmbed.Testing;

/// <summary>The database that every migrated test database is a clone of, made once for each test process.</summary>
internal static class TemplateDatabase
{
    public const string Name = "pgembed_template";

    private static readonly Lazy<Task> Made = new(MakeAsync);

    /// <summary>Makes the template unless it is there.</summary>
    public static Task EnsureAsync() => Made.Value;

    /// <summary>Puts into a new database what a migrated one has.</summary>
    public static Task FillAsync(NpgsqlDataSource database) => new SchemaMigrator(database).UpAsync();

    private static async Task MakeAsync()
    {
        await TestCluster.ExecuteAsync($"CREATE DATABASE {Name}");
        await using (var database = NpgsqlDataSource.Create(await TestCluster.ConnectionStringAsync(Name)))
            await FillAsync(database);
        // Without connections there is no autovacuum in it that a clone would have to wait for.
        await TestCluster.ExecuteAsync($"ALTER DATABASE {Name} ALLOW_CONNECTIONS false IS_TEMPLATE true");
    }
}
