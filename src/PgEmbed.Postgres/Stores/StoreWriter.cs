using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Writes vectors into a store: binary COPY into a temporary table, then one merge. A vector whose text is unchanged is
/// left untouched, since updating any column of its row would insert it in the HNSW index again.
/// </summary>
internal sealed class StoreWriter
{
    private const string Staging = "pg_temp._pgembed_vectors";

    private readonly CollectionInfo _collection;
    private readonly string _keys;
    private readonly string _sameKeys;

    public StoreWriter(CollectionInfo collection)
    {
        _collection = collection;
        _keys = string.Join(", ", collection.StoreKeys);
        _sameKeys = string.Join(" AND ", collection.StoreKeys.Select(key => $"t.{key} = v.{key}"));
    }

    /// <summary>Which of the rows have no vector of just this text yet.</summary>
    public async Task<bool[]> ChangedAsync(
        NpgsqlConnection connection,
        IReadOnlyList<RowKey> keys,
        IReadOnlyList<byte[]> hashes,
        CancellationToken cancellationToken)
    {
        var keyArrays = _collection.KeyColumns.Select((column, i) => $"${i + 2}::{column.Type}[]");
        var command = connection.Command(
            $"""
            SELECT t.content_hash IS DISTINCT FROM v.hash
            FROM unnest($1, {string.Join(", ", keyArrays)}) WITH ORDINALITY AS v (hash, {_keys}, position)
            LEFT JOIN {_collection.Store.Sql} t ON {_sameKeys} AND t.chunk = 0
            ORDER BY v.position
            """);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = hashes.ToArray() });
            for (var i = 0; i < _collection.KeyColumns.Count; i++)
                command.Parameters.Add(new NpgsqlParameter { Value = Column(keys, i) });
            var changed = new bool[keys.Count];
            var reader = await StoreAltered.GuardAsync(
                _collection, () => command.ExecuteReaderAsync(cancellationToken)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                for (var i = 0; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); i++)
                    changed[i] = reader.GetBoolean(0);
            }

            return changed;
        }
    }

    /// <summary>
    /// Writes vectors and carried values within the caller's transaction. With <paramref name="checkText"/>, vectors only
    /// where the source row still has the text that was embedded, and holding the row until the transaction ends; without,
    /// the caller has just written the row in this transaction.
    /// </summary>
    /// <returns>Vectors removed because their text is blank.</returns>
    /// <exception cref="PgEmbedException">The store was given other columns since the collection was opened.</exception>
    public async Task<int> WriteAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StagedVector> vectors,
        bool checkText,
        CancellationToken cancellationToken)
    {
        await MustBeAsOpenedAsync(connection, cancellationToken).ConfigureAwait(false);
        await StageAsync(connection, vectors, cancellationToken).ConfigureAwait(false);
        if (checkText)
            await LockRowsAsync(connection, cancellationToken).ConfigureAwait(false);
        var removed = await connection.ExecuteAsync(
            $"DELETE FROM {_collection.Store.Sql} t USING {Staging} v WHERE {_sameKeys} AND v.content_hash IS NULL",
            [],
            cancellationToken).ConfigureAwait(false);
        var current = checkText
            ? $"AND {EmbeddedText.HashSql(_collection.TextSql("s"))} = v.content_hash"
            : "";
        try
        {
            if (_collection.CarriedColumns.Count > 0)
                await CopyCarriedAsync(connection, current, cancellationToken).ConfigureAwait(false);
            await MergeAsync(connection, current, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ProgramLimitExceeded
            && _collection.CarriedColumns.Count > 0)
        {
            throw new PgEmbedException(
                $"Expected short values in the carried columns of collection '{_collection.Name}' "
                + $"({SqlName.List(_collection.CarriedColumns.Select(c => c.Name))}), but the server says: {e.MessageText}.",
                "Carry a column of short values, such as a number or a code that stands for the text.",
                e);
        }

        return removed;
    }

    /// <summary>
    /// Whether the store has, within this transaction, just the staged texts' vectors. It has not when another session
    /// changed a row between <see cref="ChangedAsync"/> and now.
    /// </summary>
    public async Task<bool> IsCurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.Command(
            $"""
            SELECT NOT EXISTS (
                SELECT FROM {Staging} v LEFT JOIN {_collection.Store.Sql} t ON {_sameKeys} AND t.chunk = 0
                WHERE v.content_hash IS NOT NULL AND t.content_hash IS DISTINCT FROM v.content_hash)
            """);
        await using (command.ConfigureAwait(false))
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>
    /// Locks the store, so that it is not put in place of another until this transaction ends: rows could be written with
    /// columns that it no longer has, or without one that it has got.
    /// </summary>
    /// <exception cref="PgEmbedException">It was given other columns since the collection was opened.</exception>
    public async Task MustBeAsOpenedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"LOCK TABLE {_collection.Store.Sql} IN ROW EXCLUSIVE MODE"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                SELECT s.serving AND c.carried_columns = $2 AND s.partition_column IS NOT DISTINCT FROM $3
                FROM pgembed.store s JOIN pgembed.collection c USING (collection_id) WHERE s.store_id = $1
                """)
            {
                Parameters =
                {
                    new() { Value = _collection.Store.Id },
                    new() { Value = _collection.CarriedColumns.Select(column => column.Name).ToArray() },
                    new()
                    {
                        Value = (object?)_collection.Store.Partitioning?.Column ?? DBNull.Value,
                        NpgsqlDbType = NpgsqlDbType.Text,
                    },
                },
            });
            var same = await StoreAltered.GuardAsync(_collection, () => batch.ExecuteScalarAsync(cancellationToken))
                .ConfigureAwait(false);
            if (same is not true)
                throw StoreAltered.Error(_collection);
        }
    }

    // Whoever writes a store row holds its source row, so that two never move the same one between partitions at once,
    // and what the next statements read there stays until the end.
    private Task<int> LockRowsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            WITH held AS MATERIALIZED (
                SELECT FROM {Staging} v JOIN {_collection.Source.Sql} s ON {_collection.KeyJoin("v", "s")}
                ORDER BY {SourceKeys} FOR NO KEY UPDATE OF s)
            SELECT count(*) FROM held
            """,
            [],
            cancellationToken);

    /// <summary>
    /// Gives the store's rows the carried values of their source rows, where they differ. A partitioned store's row moves
    /// with them, before its vector is merged: the unique index has the partition column, so that it would not notice the
    /// row where it was. A row that gets another vector too is removed there and inserted anew, to be indexed once.
    /// </summary>
    private async Task CopyCarriedAsync(NpgsqlConnection connection, string current, CancellationToken cancellationToken)
    {
        var from = $"{Staging} v JOIN {_collection.Source.Sql} s ON {_collection.KeyJoin("v", "s")}";
        if (_collection.Store.Partitioning is { } partitioning
            && _collection.CarriedColumns.FirstOrDefault(column => column.Name == partitioning.Column) is { } moving)
            await connection.ExecuteAsync(
                $"""
                DELETE FROM {_collection.Store.Sql} t USING {from}
                WHERE {_sameKeys} AND v.embedding IS NOT NULL AND t.content_hash <> v.content_hash {current}
                  AND {_collection.CarriedDiffer("t", "s", [moving])}
                """,
                [],
                cancellationToken).ConfigureAwait(false);
        var set = _collection.CarriedColumns.Select(
            (column, i) => $"{StoreInfo.CarriedColumn(i)} = s.{SqlName.Quote(column.Name)}");
        await connection.ExecuteAsync(
            $"""
            UPDATE {_collection.Store.Sql} t SET {string.Join(", ", set)} FROM {from}
            WHERE {_sameKeys} AND (v.embedding IS NULL OR t.content_hash = v.content_hash)
              AND ({_collection.CarriedDiffer("t", "s", _collection.CarriedColumns)})
            """,
            [],
            cancellationToken).ConfigureAwait(false);
    }

    private Task<int> MergeAsync(NpgsqlConnection connection, string current, CancellationToken cancellationToken)
    {
        string[] forms = [.. _collection.Store.Forms(_collection.Extension).Select(form => form.Name)];
        string[] written = [.. _collection.StoreCarried, "content_hash", .. forms];
        string[] values =
        [
            .. _collection.StoreKeys.Select(key => "v." + key),
            "0",
            .. _collection.CarriedColumns.Select(column => "s." + SqlName.Quote(column.Name)),
            "v.content_hash",
            .. forms.Select(form => "v." + form),
        ];
        var source = _collection.CarriedColumns.Count > 0 || current.Length > 0
            ? $"JOIN {_collection.Source.Sql} s ON {_collection.KeyJoin("v", "s")}"
            : "";
        return connection.ExecuteAsync(
            $"""
            INSERT INTO {_collection.Store.Sql} AS t ({_keys}, chunk, {string.Join(", ", written)})
            SELECT {string.Join(", ", values)}
            FROM {Staging} v {source}
            WHERE v.embedding IS NOT NULL {current}
            ORDER BY {string.Join(", ", _collection.StoreKeys.Select(key => "v." + key))}
            ON CONFLICT ({string.Join(", ", _collection.StoreIdentity)}) DO UPDATE
            SET {string.Join(", ", written.Select(column => $"{column} = excluded.{column}"))}
            WHERE t.content_hash <> excluded.content_hash
            """,
            [],
            cancellationToken);
    }

    private string SourceKeys =>
        string.Join(", ", _collection.KeyColumns.Select(column => "s." + SqlName.Quote(column.Name)));

    private async Task StageAsync(
        NpgsqlConnection connection, IReadOnlyList<StagedVector> vectors, CancellationToken cancellationToken)
    {
        var codec = _collection.Store.Codec;
        var columns = _collection.KeyColumns.Select((column, i) => $"{StoreInfo.KeyColumn(i)} {column.Type}")
            .Append("content_hash bytea")
            .Concat(VectorForms.StagingColumns(_collection.Store, _collection.Extension));
        await connection.ExecuteAsync(
            $"CREATE TEMP TABLE _pgembed_vectors ({string.Join(", ", columns)}) ON COMMIT DROP",
            [],
            cancellationToken).ConfigureAwait(false);
        var importer = await connection.BeginBinaryImportAsync(
            $"COPY {Staging} ({_keys}, content_hash, {VectorForms.Columns(codec)}) FROM STDIN (FORMAT binary)", cancellationToken)
            .ConfigureAwait(false);
        await using (importer.ConfigureAwait(false))
        {
            foreach (var vector in vectors)
            {
                await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < _collection.KeyColumns.Count; i++)
                    await importer.WriteAsync(vector.Key[i], _collection.KeyColumns[i].TypeName, cancellationToken)
                        .ConfigureAwait(false);
                if (vector.Hash is null)
                    await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
                else
                    await importer.WriteAsync(vector.Hash, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
                await VectorForms.WriteAsync(importer, codec, _collection.Extension, vector.Values, cancellationToken)
                    .ConfigureAwait(false);
            }

            await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static Array Column(IReadOnlyList<RowKey> keys, int index)
    {
        var column = Array.CreateInstance(keys[0][index].GetType(), keys.Count);
        for (var i = 0; i < keys.Count; i++)
            column.SetValue(keys[i][index], i);
        return column;
    }
}
