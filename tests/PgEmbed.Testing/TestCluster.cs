using Npgsql;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Testing;

/// <summary>
/// The server of this test process: a private cluster, made and started when first asked for, or the one that
/// <c>PGEMBED_TEST_CONNECTION</c> names (a superuser's connection string or URI).
/// </summary>
public static class TestCluster
{
    private static readonly Lazy<Task<string>> Started = new(StartAsync);

    /// <summary>Whether the server is one that <c>PGEMBED_TEST_CONNECTION</c> names.</summary>
    public static bool IsGiven => Given is not null;

    private static string? Given =>
        Environment.GetEnvironmentVariable("PGEMBED_TEST_CONNECTION") is { Length: > 0 } given ? given : null;

    /// <summary>A superuser's connection string for a database of the server.</summary>
    public static async Task<string> ConnectionStringAsync(string database) =>
        new NpgsqlConnectionStringBuilder(await Started.Value)
        {
            Database = database,
            IncludeErrorDetail = true,
            MaxPoolSize = 20,
        }.ConnectionString;

    /// <summary>Runs a statement in the database <c>postgres</c>.</summary>
    public static async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(await ConnectionStringAsync("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> StartAsync()
    {
        if (Given is { } given)
            return ServerConnection.Parse(given).ConnectionString;
        var cluster = LocalCluster.Open(new LocalClusterOptions
        {
            Directory = TestRun.NewClusterDirectory("main"),
            Settings = new Dictionary<string, string> { ["max_connections"] = "200" },
        });
        await cluster.EnsureStartedAsync();
        return cluster.ConnectionString("postgres");
    }
}
