using System.Net;
using System.Net.Sockets;
using Npgsql;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Cluster;

public class ServerConnectionTests
{
    [Fact]
    public async Task A_good_connection_passes_the_check()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await ServerConnection.Parse(database.ConnectionString).CheckAsync();
    }

    [Fact]
    public async Task A_wrong_password_is_said_to_be_one_and_not_shown()
    {
        var error = await FaultAsync(connection => connection.Password = "guess");
        Assert.Contains("refused the password", error.Message, StringComparison.Ordinal);
        Assert.Contains("PGPASSWORD", error.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("guess", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_database_is_named()
    {
        var error = await FaultAsync(connection => connection.Database = "no such");
        Assert.Contains("/no such (as given) has no such database", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_named()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        var error = await FaultAsync(connection => (connection.Host, connection.Port) = ("127.0.0.1", port));

        Assert.Contains(
            $"No server answers at postgres@127.0.0.1:{port}/postgres", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_named()
    {
        var error = await FaultAsync(connection => connection.Host = "/nowhere");
        Assert.Contains("No server answers at postgres@/nowhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_without_an_address_is_named()
    {
        var error = await FaultAsync(connection => connection.Host = "server.invalid");
        Assert.Contains("postgres@server.invalid", error.Message, StringComparison.Ordinal);
        Assert.Contains("has no address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_waited_for_as_long_as_asked()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var error = await FaultAsync(connection =>
        {
            connection.Host = "127.0.0.1";
            connection.Port = ((IPEndPoint)silent.LocalEndpoint).Port;
            connection.Timeout = 1;
        });
        Assert.Contains("did not answer in time", error.Message, StringComparison.Ordinal);
    }

    private static async Task<PgEmbedException> FaultAsync(Action<NpgsqlConnectionStringBuilder> spoil)
    {
        var connection = new NpgsqlConnectionStringBuilder(await TestCluster.ConnectionStringAsync("postgres"));
        spoil(connection);
        return await Assert.ThrowsAsync<PgEmbedException>(
            () => ServerConnection.Parse(connection.ConnectionString).CheckAsync());
    }
}
