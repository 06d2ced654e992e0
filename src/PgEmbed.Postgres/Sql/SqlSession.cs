using Npgsql;

namespace PgEmbed.Postgres.Sql;

/// <summary>A connection in use: one of the pool's, or the caller's within his transaction.</summary>
internal sealed class SqlSession(NpgsqlConnection connection, bool isJoined) : IAsyncDisposable
{
    public NpgsqlConnection Connection => connection;

    /// <summary>Whether it is within a transaction of the caller's.</summary>
    public bool IsJoined => isJoined;

    /// <summary>Begins a transaction, or goes on in the caller's, where committing is left to him.</summary>
    public async ValueTask<SqlTransaction> BeginAsync(CancellationToken cancellationToken) => new(
        isJoined ? null : await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false));

    public ValueTask DisposeAsync() => isJoined ? default : connection.DisposeAsync();
}
