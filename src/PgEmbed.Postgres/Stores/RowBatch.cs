using Microsoft.Extensions.Logging;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Telemetry;
using PgEmbed.Telemetry;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Writes a batch of rows and their vectors together: look up which texts have changed; embed those, holding nothing;
/// then in one transaction COPY the rows to a temporary table, merge them into the table (which locks them, in key
/// order), and merge the vectors. Were a row's vector changed by another session between the look-up and the lock, the
/// transaction is rolled back and the batch begins again: a row never ends with the vector of another text.
/// </summary>
/// <typeparam name="T">The row.</typeparam>
internal sealed class RowBatch<T>
{
    private const int Attempts = 10;

    private readonly SqlSessions _sessions;
    private readonly ILogger _logger;
    private readonly CollectionInfo _collection;
    private readonly RowMap<T> _map;
    private readonly ITextEmbedder _embedder;
    private readonly StoreWriter _writer;
    private readonly int[] _written;

    public RowBatch(SqlSessions sessions, CollectionState state, ILogger logger)
    {
        _sessions = sessions;
        _logger = logger;
        _collection = state.Info;
        _map = (RowMap<T>)state.Map!;
        _embedder = state.Embedder;
        _writer = new StoreWriter(_collection);
        if (_collection.TextColumns.FirstOrDefault(column => column.Generated) is { } generated)
            throw new PgEmbedException(
                $"Expected text columns that can be written, but the server computes {SqlName.Quote(generated.Name)}.",
                "Write the rows by other means, then sync the collection.");
        _written = [.. Enumerable.Range(0, _map.Columns.Count).Where(i => !_map.Columns[i].Generated)];
    }

    /// <summary>Writes a batch.</summary>
    /// <returns>The sum with it.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    public async Task<EmbedProgress> WriteAsync(
        KeyValuePair<RowKey, T>[] rows, EmbedProgress total, CancellationToken cancellationToken)
    {
        var texts = Array.ConvertAll(rows, row => _map.Text(row.Value));
        var hashes = new byte[]?[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            hashes[i] = EmbeddedText.IsBlank(texts[i]) ? null : HashOf(rows[i].Key, texts[i]);
        var embedded = new Dictionary<int, ReadOnlyMemory<float>>();
        for (var attempt = 1; ; attempt++)
        {
            var session = await _sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                total = await EmbedChangedAsync(session.Connection, rows, texts, hashes, embedded, total, cancellationToken)
                    .ConfigureAwait(false);
                var vectors = new StagedVector[rows.Length];
                for (var i = 0; i < rows.Length; i++)
                    vectors[i] = new StagedVector(
                        rows[i].Key, hashes[i], embedded.TryGetValue(i, out var values) ? values : (ReadOnlyMemory<float>?)null);
                var removed = await CommitAsync(session, rows, vectors, cancellationToken).ConfigureAwait(false);
                if (removed is not null)
                    return total with
                    {
                        Rows = total.Rows + rows.Length,
                        Blank = total.Blank + hashes.Count(hash => hash is null),
                        Removed = total.Removed + removed.Value,
                    };
            }

            CollectionLog.BatchAgain(_logger, rows.Length, _collection.Name, attempt);
            // A transaction of the caller's can't be begun again here.
            if (attempt == Attempts || _sessions.IsJoined)
                throw new PgEmbedException(
                    $"Expected to write {rows.Length} rows of collection '{_collection.Name}', but other sessions "
                    + "changed their vectors meanwhile.",
                    _sessions.IsJoined
                        ? "Roll the transaction back and try again."
                        : "Try again, or let one session at a time write the same rows.");
        }
    }

    private async Task<EmbedProgress> EmbedChangedAsync(
        NpgsqlConnection connection,
        KeyValuePair<RowKey, T>[] rows,
        string[] texts,
        byte[]?[] hashes,
        Dictionary<int, ReadOnlyMemory<float>> embedded,
        EmbedProgress total,
        CancellationToken cancellationToken)
    {
        int[] asked = [.. Enumerable.Range(0, rows.Length).Where(i => hashes[i] is not null && !embedded.ContainsKey(i))];
        if (asked.Length == 0)
            return total;
        var changed = await _writer.ChangedAsync(
            connection,
            Array.ConvertAll(asked, i => rows[i].Key),
            Array.ConvertAll(asked, i => hashes[i]!),
            cancellationToken).ConfigureAwait(false);
        int[] wanted = [.. asked.Where((_, position) => changed[position])];
        if (wanted.Length == 0)
            return total;
        var wantedTexts = Array.ConvertAll(wanted, i => texts[i]);
        var embeddings = await EmbeddingTelemetry.EmbedAsync(
            _embedder, wantedTexts, TextRole.Document, cancellationToken).ConfigureAwait(false);
        var staged = VectorStaging.Stage(
            _embedder.Space, embeddings, Array.ConvertAll(wanted, i => rows[i].Key), wantedTexts);
        for (var i = 0; i < wanted.Length; i++)
            embedded[wanted[i]] = staged[i].Values!.Value;
        return total with
        {
            Embedded = total.Embedded + wanted.Length,
            Tokens = total.Tokens + embeddings.Tokens,
            Truncated = total.Truncated + embeddings.Truncated,
        };
    }

    /// <returns>Vectors removed, or null where another session came between and nothing was written.</returns>
    private async Task<int?> CommitAsync(
        SqlSession session,
        KeyValuePair<RowKey, T>[] rows,
        StagedVector[] vectors,
        CancellationToken cancellationToken)
    {
        var connection = session.Connection;
        var transaction = await session.BeginAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await StageRowsAsync(connection, rows, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(MergeSql(), [], cancellationToken).ConfigureAwait(false);
            var removed = await _writer.WriteAsync(connection, vectors, checkText: false, cancellationToken)
                .ConfigureAwait(false);
            await ServingSpace.RequireAsync(connection, _collection, cancellationToken).ConfigureAwait(false);
            if (!await _writer.IsCurrentAsync(connection, cancellationToken).ConfigureAwait(false))
                return null;
            // They would go when the transaction is committed, but the caller's may have another batch before.
            if (_sessions.IsJoined)
                await connection.ExecuteAsync(
                    "DROP TABLE pg_temp._pgembed_rows, pg_temp._pgembed_vectors", [], cancellationToken)
                    .ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return removed;
        }
    }

    private async Task StageRowsAsync(
        NpgsqlConnection connection, KeyValuePair<RowKey, T>[] rows, CancellationToken cancellationToken)
    {
        var names = SqlName.List(_written.Select(i => _map.Columns[i].Name));
        await connection.ExecuteAsync(
            $"CREATE TEMP TABLE _pgembed_rows ON COMMIT DROP AS SELECT {names} FROM {_collection.Source.Sql} WITH NO DATA",
            [],
            cancellationToken).ConfigureAwait(false);
        var importer = await connection.BeginBinaryImportAsync(
            $"COPY pg_temp._pgembed_rows ({names}) FROM STDIN (FORMAT binary)", cancellationToken).ConfigureAwait(false);
        await using (importer.ConfigureAwait(false))
        {
            foreach (var (_, row) in rows)
            {
                await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
                foreach (var i in _written)
                {
                    if (_map.Value(row, i) is { } value)
                        await importer.WriteAsync(value, _map.Columns[i].TypeName, cancellationToken)
                            .ConfigureAwait(false);
                    else
                        await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // A row that is just so already is locked but not updated, since every update leaves a dead row behind. Values are
    // compared as text: that is exact for every type, where a type's own equality may be missing (json) or loose (citext).
    private string MergeSql()
    {
        var columns = _written.Select(i => _map.Columns[i]).ToArray();
        var names = SqlName.List(columns.Select(c => c.Name));
        var keys = SqlName.List(_collection.KeyColumns.Select(c => c.Name));
        var updated = columns
            .Where(c => !c.AlwaysIdentity && !_collection.KeyColumns.Contains(c))
            .DefaultIfEmpty(_collection.KeyColumns[0])
            .Select(c => SqlName.Quote(c.Name))
            .ToArray();
        var changed = updated.Select(
            name => $"""t.{name}::text COLLATE "C" IS DISTINCT FROM excluded.{name}::text COLLATE "C" """);
        return $"""
            INSERT INTO {_collection.Source.Sql} AS t ({names}) OVERRIDING SYSTEM VALUE
            SELECT {names} FROM pg_temp._pgembed_rows ORDER BY {keys}
            ON CONFLICT ({keys}) DO UPDATE
            SET {string.Join(", ", updated.Select(name => $"{name} = excluded.{name}"))}
            WHERE {string.Join("OR ", changed)}
            """;
    }

    private static byte[] HashOf(RowKey key, string text)
    {
        try
        {
            return EmbeddedText.Hash(text);
        }
        catch (PgEmbedException e)
        {
            throw new PgEmbedException($"The row with key {key} can't be written. {e.Message}", innerException: e);
        }
    }
}
