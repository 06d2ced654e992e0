using Npgsql;

namespace PgEmbed.Postgres.Cluster;

/// <summary>A database of a server, and what named it.</summary>
public sealed class ServerConnection
{
    private readonly NpgsqlConnectionStringBuilder _builder;

    /// <exception cref="PgEmbedException">The port is none.</exception>
    internal ServerConnection(ConnectionSource source, NpgsqlConnectionStringBuilder builder)
    {
        if (builder.Port > ushort.MaxValue)
            throw new PgEmbedException($"The connection's port {builder.Port} is no port: they end at 65535.");
        // libpq's defaults: a local socket where the system has one, the user's name, the database of that name.
        if (string.IsNullOrEmpty(builder.Host))
            builder.Host = DefaultHost(builder.Port);
        if (string.IsNullOrEmpty(builder.Username))
            builder.Username = Environment.UserName;
        if (string.IsNullOrEmpty(builder.Database))
            builder.Database = builder.Username;
        Source = source;
        _builder = builder;
    }

    /// <summary>What named the server.</summary>
    public ConnectionSource Source { get; }

    /// <summary>Npgsql's connection string, the password in it where it is known.</summary>
    public string ConnectionString => _builder.ConnectionString;

    /// <summary>The database's name.</summary>
    public string Database => _builder.Database!;

    /// <summary>What it is and what named it, for a reader; without the password.</summary>
    public string Description =>
        $"{_builder.Username}@{_builder.Host}:{_builder.Port}/{Database} ({Origin})";

    private string Origin => Source switch
    {
        ConnectionSource.Given => "as given",
        ConnectionSource.PgEmbedVariable => "from PGEMBED_CONNECTION",
        ConnectionSource.PostgresVariables => "from the PG* variables",
        _ => "the private cluster",
    };

    /// <summary>Reads a connection string in Npgsql's form, or a <c>postgresql://</c> URI.</summary>
    /// <exception cref="PgEmbedException">It is neither.</exception>
    public static ServerConnection Parse(string connection) => Parse(connection, ConnectionSource.Given);

    internal static ServerConnection Parse(string connection, ConnectionSource source)
    {
        if (ConnectionUri.Is(connection))
            return new ServerConnection(source, ConnectionUri.Parse(connection));
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(connection);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw NotAConnection($"can't be read: {e.Message}", e);
        }

        // 'host=a dbname=b' is one host to Npgsql.
        if (builder.Host is { } host && host.Any(char.IsWhiteSpace) && !host.StartsWith('/'))
            throw NotAConnection("has a host with a space in it; its parts are to be parted by ';'", null);
        return new ServerConnection(source, builder);
    }

    /// <summary>The URI that psql and other tools take.</summary>
    /// <param name="withPassword">Whether the password, where it is known, is in it.</param>
    public string ToUri(bool withPassword = false) => ConnectionUri.Format(_builder, withPassword);

    /// <summary>How to run psql against the database.</summary>
    /// <param name="psql">The path of psql; by default the PATH has to have it.</param>
    public PsqlCommand ToPsqlCommand(string psql = "psql") => PsqlCommand.For(_builder, psql);

    /// <summary>Connects once, so that what is wrong is said before any work.</summary>
    /// <exception cref="PgEmbedException">The connection fails; with its reason and the remedy.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Makes a connection outside any pool: one would keep it to a server that may be stopped next.</summary>
    /// <exception cref="PgEmbedException">The connection fails; with its reason and the remedy.</exception>
    internal async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false };
        var connection = new NpgsqlConnection(unpooled.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e) when (ConnectionFault.Explain(e, this) is { } explained)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw explained;
        }
    }

    private static PgEmbedException NotAConnection(string fault, Exception? cause) =>
        new(
            $"The connection string {fault}.",
            "Its form is 'Host=localhost;Username=me;Database=mine' or 'postgresql://me@localhost/mine'.",
            cause);

    private static string DefaultHost(int port) =>
        SocketFolders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, $".s.PGSQL.{port}"))) ?? "localhost";

    private static readonly string[] SocketFolders = ["/var/run/postgresql", "/tmp"];
}
