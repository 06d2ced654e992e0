using Npgsql;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Writes rows and their vectors in batches. A batch that meets the switch of its collection to another space is written
/// again there, by that space's model.
/// </summary>
/// <typeparam name="T">The row.</typeparam>
internal sealed class RowUpsert<T>
{
    private const int BatchRows = 1_000;

    private readonly SqlSessions _sessions;
    private readonly CollectionContext _context;
    private CollectionState _state;
    private RowBatch<T> _writer;

    public RowUpsert(SqlSessions sessions, CollectionContext context)
    {
        _sessions = sessions;
        _context = context;
        _state = context.State;
        _writer = new RowBatch<T>(sessions, _state, context.Logger);
    }

    /// <summary>Writes all rows; where a key comes twice within a batch, the last one counts.</summary>
    public async Task<EmbedProgress> RunAsync(
        IAsyncEnumerable<T> rows, IProgress<EmbedProgress>? progress, CancellationToken cancellationToken)
    {
        var total = new EmbedProgress();
        var batch = new Dictionary<RowKey, T>();
        await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            batch[((RowMap<T>)_state.Map!).Key(row)] = row;
            if (batch.Count == BatchRows)
                await FlushAsync().ConfigureAwait(false);
        }

        if (batch.Count > 0)
            await FlushAsync().ConfigureAwait(false);
        return total;

        async Task FlushAsync()
        {
            total = await WriteAsync([.. batch], total, cancellationToken).ConfigureAwait(false);
            batch.Clear();
            progress?.Report(total);
        }
    }

    private async Task<EmbedProgress> WriteAsync(
        KeyValuePair<RowKey, T>[] batch, EmbedProgress total, CancellationToken cancellationToken)
    {
        try
        {
            return await _writer.WriteAsync(batch, total, cancellationToken).ConfigureAwait(false);
        }
        catch (SpaceMismatchException e) when (!_sessions.IsJoined && e.InnerException is PostgresException)
        {
            if (await _context.RefreshAsync(_state, cancellationToken).ConfigureAwait(false) is not { } state)
                throw;
            _state = state;
            _writer = new RowBatch<T>(_sessions, state, _context.Logger);
            return await _writer.WriteAsync(batch, total, cancellationToken).ConfigureAwait(false);
        }
    }
}
