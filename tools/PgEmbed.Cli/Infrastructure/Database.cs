using Npgsql;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>The database that a command works with.</summary>
internal sealed class Database : IAsyncDisposable
{
    private Database(ServerConnection connection, NpgsqlDataSource dataSource)
    {
        Connection = connection;
        DataSource = dataSource;
    }

    public ServerConnection Connection { get; }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Finds the database, starting the private cluster where nothing names one, and connects once.</summary>
    public static async Task<Database> OpenAsync(
        string? connection, Terminal terminal, CancellationToken cancellationToken)
    {
        var found = await ConnectionResolver.ResolveAsync(connection, cancellationToken: cancellationToken);
        await found.CheckAsync(cancellationToken);
        terminal.Say($"Database: {found.Description}");
        var builder = new NpgsqlDataSourceBuilder(found.ConnectionString);
        builder.UsePgEmbed();
        return new Database(found, builder.Build());
    }

    public ValueTask DisposeAsync() => DataSource.DisposeAsync();
}
