using Npgsql;

namespace PgEmbed.Postgres.Sql;

/// <summary>Where statements run: on connections of a data source, or within a transaction of the caller's.</summary>
internal sealed class SqlSessions
{
    private readonly NpgsqlTransaction? _transaction;

    public SqlSessions(NpgsqlDataSource dataSource) => DataSource = dataSource;

    private SqlSessions(NpgsqlDataSource dataSource, NpgsqlTransaction transaction)
        : this(dataSource) => _transaction = transaction;

    /// <summary>The database.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Whether statements run within a transaction of the caller's, which only he ends.</summary>
    public bool IsJoined => _transaction is not null;

    /// <summary>The same database, by way of a transaction of the caller's.</summary>
    public SqlSessions Join(NpgsqlTransaction transaction) => new(DataSource, transaction);

    /// <summary>Takes a connection; disposing the session gives it back.</summary>
    /// <exception cref="PgEmbedException">The caller's transaction has ended.</exception>
    public async ValueTask<SqlSession> OpenAsync(CancellationToken cancellationToken)
    {
        if (_transaction is null)
            return new SqlSession(await DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), false);
        try
        {
            // Throws when the transaction has ended: a statement would run, and stay, outside of it.
            _ = _transaction.IsolationLevel;
            return new SqlSession(_transaction.Connection!, isJoined: true);
        }
        catch (InvalidOperationException e)
        {
            throw new PgEmbedException(
                "Expected a transaction in progress, got one that has ended.", "Join the collection to a new one.", e);
        }
    }
}
