using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Cluster;

/// <summary>A cluster of one test's own, destroyed when disposed.</summary>
internal sealed class OwnCluster : IAsyncDisposable
{
    public OwnCluster(string name = "own", LocalClusterOptions? options = null) =>
        Local = LocalCluster.Open((options ?? new()) with { Directory = TestRun.NewClusterDirectory(name) });

    public LocalCluster Local { get; }

    /// <summary>The id of the server's process.</summary>
    public async Task<int> ServerAsync() => (await Local.GetStatusAsync()).ProcessId ?? 0;

    public async Task<long> QueryAsync(string statement)
    {
        var text = new NpgsqlConnectionStringBuilder(Local.ConnectionString("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Commits three rows.</summary>
    public Task FillAsync() => QueryAsync("CREATE TABLE kept AS SELECT generate_series(1, 3); SELECT 3");

    /// <summary>Proves that the rows are there.</summary>
    public async Task AssertFilledAsync() => Assert.Equal(3, await QueryAsync("SELECT count(*) FROM kept"));

    public async ValueTask DisposeAsync() => await Local.DestroyAsync();
}
