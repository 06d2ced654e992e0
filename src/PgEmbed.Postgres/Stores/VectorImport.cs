using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Takes ready vectors into a store by binary COPY, all in one transaction. Batches go straight into the store while no
/// key of theirs is there, each behind a savepoint; from the first that is on, the vectors there are deleted before each
/// batch. So filling an empty store costs no more than the COPY. While one batch is sent, the next is read and its texts
/// are hashed, on a connection of its own. A store with carried columns takes their values from the source rows, by the
/// way that embedded vectors go, and so do keys of rare types.
/// </summary>
internal sealed class VectorImport<TKey>
{
    // The first batch is small, so that it is soon on its way while the next is made ready; each is twice the one before.
    private const int FirstRows = 1_024;
    // The server stands still between two COPYs, so they are few. What is read ahead is held in memory, so they have an end.
    private const int BatchValues = 1 << 22;
    private const int MostRows = 16_384;
    private const string Save = "SAVEPOINT _pgembed";
    private const string Release = "RELEASE SAVEPOINT _pgembed";

    private readonly SqlSessions _sessions;
    private readonly CollectionInfo _collection;
    private readonly KeyShape<TKey> _shape;
    private readonly VectorImportOptions _options;
    private readonly ImportSql _sql;
    private readonly StoreWriter _writer;
    private readonly StoreCopy? _copy;
    private bool _replaces;
    private bool _saved;

    public VectorImport(SqlSessions sessions, CollectionInfo collection, VectorImportOptions options)
    {
        _sessions = sessions;
        _collection = collection;
        _shape = new KeyShape<TKey>(collection);
        _options = options;
        _sql = new ImportSql(collection);
        _writer = new StoreWriter(collection);
        _copy = StoreCopy.CanSend(collection) ? new StoreCopy(collection) : null;
    }

    /// <summary>Writes all vectors or none; of a key that comes twice the later one counts.</summary>
    public async Task<VectorImportResult> RunAsync(
        IAsyncEnumerable<KeyedVector<TKey>> vectors,
        IProgress<VectorImportResult>? progress,
        CancellationToken cancellationToken)
    {
        var session = await _sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var transaction = await session.BeginAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await ServingSpace.RequireAsync(session.Connection, _collection, cancellationToken).ConfigureAwait(false);
                await _writer.MustBeAsOpenedAsync(session.Connection, cancellationToken).ConfigureAwait(false);
                var total = new VectorImportResult(0, 0);
                var batches = HashesAhead
                    ? ReadAhead.RunAsync(stop => BatchesAsync(vectors, null, stop), cancellationToken)
                    : BatchesAsync(vectors, session, cancellationToken);
                await foreach (var (batch, skipped) in batches.ConfigureAwait(false))
                {
                    if (batch.Count > 0)
                        await WriteAsync(session.Connection, batch, cancellationToken).ConfigureAwait(false);
                    total = new VectorImportResult(total.Written + batch.Count, total.Skipped + skipped);
                    progress?.Report(total);
                }

                // Within the caller's transaction nothing of ours stays behind.
                if (_saved)
                    await session.Connection.ExecuteAsync(Release, [], cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return total;
            }
        }
    }

    // Only the caller's own connection sees what his transaction has written; and a pool of one has no second.
    private bool HashesAhead => !_sessions.IsJoined
        && new NpgsqlConnectionStringBuilder(_sessions.DataSource.ConnectionString) is { Pooling: false } or { MaxPoolSize: > 1 };

    private async IAsyncEnumerable<(List<StagedVector> Batch, int Skipped)> BatchesAsync(
        IAsyncEnumerable<KeyedVector<TKey>> vectors,
        SqlSession? writing,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SqlSession? own = null;
        try
        {
            var most = Math.Clamp(BatchValues / _collection.Store.Space.Dimensions, 1, MostRows);
            var size = Math.Min(most, FirstRows);
            var batch = new Dictionary<RowKey, StagedVector>(size);
            var position = 0L;
            await foreach (var vector in vectors.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                var next = Stage(vector, position++);
                batch[next.Key] = next;
                if (batch.Count < size)
                    continue;
                yield return await KnownAsync().ConfigureAwait(false);
                batch.Clear();
                size = Math.Min(most, 2 * size);
            }

            if (batch.Count > 0)
                yield return await KnownAsync().ConfigureAwait(false);

            async Task<(List<StagedVector>, int)> KnownAsync()
            {
                var staged = batch.Values.ToList();
                if (_copy is not null && staged.TrueForAll(vector => vector.Hash is not null))
                    return (staged, 0);
                var session = writing
                    ?? (own ??= await _sessions.OpenAsync(cancellationToken).ConfigureAwait(false));
                var known = await HashedAsync(session.Connection, staged, cancellationToken).ConfigureAwait(false);
                return (known, staged.Count - known.Count);
            }
        }
        finally
        {
            if (own is not null)
                await own.DisposeAsync().ConfigureAwait(false);
        }
    }

    private StagedVector Stage(KeyedVector<TKey> vector, long position)
    {
        var key = _shape.ToRow(vector.Key);
        try
        {
            VectorCheck.Check(_collection.Store, vector.Values.Span);
        }
        catch (InvalidVectorException e)
        {
            throw new PgEmbedException(
                $"The vector at position {position} (key {key}) can't be taken in. {e.Message}", innerException: e);
        }

        if (vector.Hash.Length is not (0 or 32))
            throw new PgEmbedException(
                $"Expected a hash of 32 bytes with the vector at position {position} (key {key}), "
                + $"got one of {vector.Hash.Length}.");
        return new StagedVector(key, vector.Hash.IsEmpty ? null : vector.Hash.ToArray(), vector.Values);
    }

    /// <summary>The batch with the hash of each text; those that have none are left out or refused.</summary>
    private async Task<List<StagedVector>> HashedAsync(
        NpgsqlConnection connection, List<StagedVector> batch, CancellationToken cancellationToken)
    {
        var unknown = batch.FindAll(vector => vector.Hash is null || _copy is null);
        var known = batch.FindAll(vector => vector.Hash is not null && _copy is not null);
        var command = connection.Command(_sql.Hashes);
        await using (command.ConfigureAwait(false))
        {
            KeyArrays.Add(command.Parameters, unknown.ConvertAll(vector => vector.Key));
            var hashes = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as byte[] ?? [];
            for (var entry = 0; entry < hashes.Length; entry += ImportSql.HashEntryBytes)
            {
                var position = BinaryPrimitives.ReadInt64BigEndian(hashes.AsSpan(entry));
                var vector = unknown[(int)position - 1];
                known.Add(vector.Hash is null
                    ? vector with { Hash = hashes[(entry + sizeof(long))..(entry + ImportSql.HashEntryBytes)] }
                    : vector);
            }
        }

        if (known.Count < batch.Count && !_options.SkipUnknown)
        {
            var keys = known.Select(vector => vector.Key).ToHashSet();
            throw new PgEmbedException(
                $"Expected a row with text for every vector, but collection '{_collection.Name}' has none "
                + $"with key {batch.Find(vector => !keys.Contains(vector.Key))!.Key}.",
                "Write the rows first, or leave such vectors out (SkipUnknown).");
        }

        return known;
    }

    private async Task WriteAsync(
        NpgsqlConnection connection, List<StagedVector> batch, CancellationToken cancellationToken)
    {
        if (!_replaces && _copy is not null)
        {
            await connection.ExecuteAsync(_saved ? $"{Release}; {Save}" : Save, [], cancellationToken).ConfigureAwait(false);
            _saved = true;
            try
            {
                await _copy.WriteAsync(connection, batch, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                _replaces = true;
                _saved = false;
                await connection.ExecuteAsync($"ROLLBACK TO {Save}; {Release}", [], cancellationToken).ConfigureAwait(false);
            }
        }

        var delete = connection.Command(_sql.Delete);
        await using (delete.ConfigureAwait(false))
        {
            KeyArrays.Add(delete.Parameters, batch.ConvertAll(vector => vector.Key));
            await delete.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_copy is not null)
        {
            await _copy.WriteAsync(connection, batch, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _writer.WriteAsync(connection, batch, checkText: false, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync("DROP TABLE pg_temp._pgembed_vectors", [], cancellationToken).ConfigureAwait(false);
    }
}
