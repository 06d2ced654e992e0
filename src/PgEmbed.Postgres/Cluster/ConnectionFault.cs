using System.Net.Sockets;
using Npgsql;

namespace PgEmbed.Postgres.Cluster;

/// <summary>Says what keeps a connection from being made, in words that lead to its remedy.</summary>
internal static class ConnectionFault
{
    /// <summary>The explained failure; null where the exception is of another kind.</summary>
    public static PgEmbedException? Explain(Exception exception, ServerConnection server)
    {
        var at = server.Description;
        return exception switch
        {
            PostgresException e => Refused(e, at),
            NpgsqlException { InnerException: SocketException { SocketErrorCode: var code } } e when NoAddress(code) =>
                new($"The host of {at} has no address.", "Check its name.", e),
            NpgsqlException { InnerException: SocketException } e =>
                new($"No server answers at {at}: {e.InnerException!.Message}.", "Check host and port.", e),
            NpgsqlException { InnerException: TimeoutException } e =>
                new($"The server at {at} did not answer in time.", "Check host and port, and firewalls between.", e),
            NpgsqlException e => new($"The connection to {at} failed: {e.Message}", null, e),
            TimeoutException e => new($"The server at {at} did not answer in time.", "Check host and port.", e),
            SocketException e when NoAddress(e.SocketErrorCode) =>
                new($"The host of {at} has no address.", "Check its name.", e),
            _ => null,
        };
    }

    private static bool NoAddress(SocketError code) =>
        code is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData;

    private static PgEmbedException Refused(PostgresException e, string at) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword => new(
            $"The server refused the password for {at}.",
            "Give the right one in the connection, PGPASSWORD or a password file.",
            e),
        PostgresErrorCodes.InvalidAuthorizationSpecification => new(
            $"The server does not let this user in at {at}: {e.MessageText}.", "Its pg_hba.conf decides that.", e),
        PostgresErrorCodes.InvalidCatalogName => new(
            $"The server of {at} has no such database.", "Create it, or name another.", e),
        PostgresErrorCodes.TooManyConnections => new(
            $"The server of {at} has no connection left.", "Close some, or raise max_connections.", e),
        PostgresErrorCodes.CannotConnectNow => new(
            $"The server of {at} takes no connections now: {e.MessageText}.", "Try again when it has started.", e),
        _ => new($"The server of {at} refused the connection: {e.MessageText} ({e.SqlState}).", null, e),
    };
}
