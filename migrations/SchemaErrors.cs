using System.Net.Sockets;
using Npgsql;

namespace PgEmbed.Migrations;

/// <summary>Turns what the server refuses into what to do about it.</summary>
internal static class SchemaErrors
{
    /// <summary>Whether an exception is of the server or the way to it.</summary>
    internal static bool IsOfServer(Exception error) => error is NpgsqlException or SocketException;

    internal static PgEmbedException Translate(Exception error, NpgsqlDataSource dataSource)
    {
        var connection = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        return error switch
        {
            // PgEmbed's own, raised in SQL with their remedy as hint.
            PostgresException { SqlState: ['P', 'E', ..] } own => new PgEmbedException(own.MessageText, own.Hint, own),
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied => new PgEmbedException(
                $"Expected a role with rights on PgEmbed's schema in database '{connection.Database}', "
                    + $"but the server says: {denied.MessageText}.",
                "Run this as the database's owner, or as the role that installed the schema.",
                denied),
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } readOnly => new PgEmbedException(
                $"Expected a server that takes writes, but it says: {readOnly.MessageText}.",
                "Connect to the primary server, or end the read-only mode.",
                readOnly),
            PostgresException other => new PgEmbedException(
                $"The server refused: {other.MessageText} (SQLSTATE {other.SqlState}).", other.Hint, other),
            _ => new PgEmbedException(
                $"Expected PostgreSQL at {connection.Host}:{connection.Port}, but: {error.Message}.",
                "Check that the server runs and that the connection string is right.",
                error),
        };
    }
}
