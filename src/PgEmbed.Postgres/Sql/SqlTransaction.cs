using Npgsql;

namespace PgEmbed.Postgres.Sql;

/// <summary>A transaction of our own, rolled back when disposed uncommitted; or the caller's, left to him (null).</summary>
internal sealed class SqlTransaction(NpgsqlTransaction? own) : IAsyncDisposable
{
    public Task CommitAsync(CancellationToken cancellationToken) =>
        own is null ? Task.CompletedTask : own.CommitAsync(cancellationToken);

    public ValueTask DisposeAsync() => own?.DisposeAsync() ?? default;
}
