using Npgsql;

namespace PgEmbed.Postgres.Cluster;

/// <summary>
/// Decides which database to work with: the one given, else <c>PGEMBED_CONNECTION</c>, else the one of PostgreSQL's
/// own variables, else the database <c>pgembed</c> of the private cluster.
/// </summary>
/// <remarks>
/// Any of PGHOST, PGHOSTADDR, PGPORT, PGDATABASE and PGUSER counts as naming a server; what the others leave out has
/// libpq's defaults. Service files (PGSERVICE) are not read, and PGSERVICE alone names none.
/// </remarks>
public static class ConnectionResolver
{
    /// <summary>The database that the private cluster is used with.</summary>
    public const string LocalDatabase = "pgembed";

    /// <summary>Finds the database, starting the private cluster where nothing names one.</summary>
    /// <param name="connection">A connection string or URI; null where the user gave none.</param>
    /// <param name="local">The private cluster to use; null for the default one.</param>
    /// <param name="cancellationToken">Ends the waiting for the cluster.</param>
    /// <exception cref="PgEmbedException">A connection string is malformed, or the cluster does not start.</exception>
    public static async Task<ServerConnection> ResolveAsync(
        string? connection = null, LocalCluster? local = null, CancellationToken cancellationToken = default)
    {
        if (Find(connection, Environment.GetEnvironmentVariable) is { } named)
            return named;
        local ??= LocalCluster.Open();
        await local.EnsureStartedAsync(cancellationToken).ConfigureAwait(false);
        await local.EnsureDatabaseAsync(LocalDatabase, cancellationToken).ConfigureAwait(false);
        return local.Connection(LocalDatabase);
    }

    /// <summary>The database that the caller or the variables name; null where none do.</summary>
    /// <param name="connection">A connection string or URI; null where the user gave none.</param>
    /// <param name="variable">A variable's value by its name.</param>
    /// <exception cref="PgEmbedException">A connection string is malformed.</exception>
    public static ServerConnection? Find(string? connection, Func<string, string?> variable)
    {
        if (!string.IsNullOrWhiteSpace(connection))
            return ServerConnection.Parse(connection, ConnectionSource.Given);
        if (variable("PGEMBED_CONNECTION") is { Length: > 0 } set)
            return ServerConnection.Parse(set, ConnectionSource.PgEmbedVariable);
        return Naming.Any(name => !string.IsNullOrEmpty(variable(name)))
            ? new ServerConnection(ConnectionSource.PostgresVariables, FromVariables(variable))
            : null;
    }

    private static readonly string[] Naming = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER"];

    // Npgsql reads the remaining ones (PGPASSFILE, PGOPTIONS, PGSSLCERT…) itself.
    private static readonly (string Variable, string Parameter)[] Parameters =
    [
        ("PGHOST", "host"), ("PGHOSTADDR", "hostaddr"), ("PGPORT", "port"), ("PGUSER", "user"),
        ("PGDATABASE", "dbname"), ("PGPASSWORD", "password"), ("PGSSLMODE", "sslmode"),
        ("PGCHANNELBINDING", "channel_binding"), ("PGGSSENCMODE", "gssencmode"),
        ("PGCONNECT_TIMEOUT", "connect_timeout"), ("PGAPPNAME", "application_name"),
    ];

    private static NpgsqlConnectionStringBuilder FromVariables(Func<string, string?> variable)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        foreach (var (name, parameter) in Parameters)
            ConnectionUri.SetParameter(builder, parameter, variable(name) ?? "", name);
        return builder;
    }
}
