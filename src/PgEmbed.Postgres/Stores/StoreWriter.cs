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
    private readonly string _vectorType;

    public StoreWriter(CollectionInfo collection)
    {
        _collection = collection;
        _keys = string.Join(", ", collection.StoreKeys);
        _sameKeys = string.Join(" AND ", collection.StoreKeys.Select(key => $"t.{key} = v.{key}"));
        _vectorType = collection.Extension.Type("vector");
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
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                for (var i = 0; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); i++)
                    changed[i] = reader.GetBoolean(0);
            }

            return changed;
        }
    }

    /// <summary>
    /// Writes vectors within the caller's transaction. With <paramref name="checkText"/>, only where the source row
    /// still has the text that was embedded, and holding it (FOR SHARE) until the transaction ends; without, the caller
    /// has just written the row in this transaction.
    /// </summary>
    /// <returns>Vectors removed because their text is blank.</returns>
    public async Task<int> WriteAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StagedVector> vectors,
        bool checkText,
        CancellationToken cancellationToken)
    {
        await StageAsync(connection, vectors, cancellationToken).ConfigureAwait(false);
        var removed = await connection.ExecuteAsync(
            $"DELETE FROM {_collection.Store.Sql} t USING {Staging} v WHERE {_sameKeys} AND v.content_hash IS NULL",
            [],
            cancellationToken).ConfigureAwait(false);
        var current = checkText
            ? $"""
              JOIN {_collection.Source.Sql} s ON {_collection.KeyJoin("v", "s")}
              WHERE v.embedding IS NOT NULL
                AND {EmbeddedText.HashSql(_collection.TextSql("s"))} = v.content_hash
              ORDER BY {string.Join(", ", _collection.StoreKeys.Select(key => "v." + key))} FOR SHARE OF s
              """
            : $"WHERE v.embedding IS NOT NULL ORDER BY {_keys}";
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {_collection.Store.Sql} AS t ({_keys}, chunk, content_hash, embedding)
            SELECT {string.Join(", ", _collection.StoreKeys.Select(key => "v." + key))}, 0, v.content_hash, v.embedding
            FROM {Staging} v {current}
            ON CONFLICT ({_keys}, chunk) DO UPDATE
            SET content_hash = excluded.content_hash, embedding = excluded.embedding
            WHERE t.content_hash <> excluded.content_hash
            """,
            [],
            cancellationToken).ConfigureAwait(false);
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

    private async Task StageAsync(
        NpgsqlConnection connection, IReadOnlyList<StagedVector> vectors, CancellationToken cancellationToken)
    {
        var columns = _collection.KeyColumns.Select((column, i) => $"{StoreInfo.KeyColumn(i)} {column.Type}");
        await connection.ExecuteAsync(
            $"""
            CREATE TEMP TABLE _pgembed_vectors (
                {string.Join(", ", columns)}, content_hash bytea, embedding {_vectorType}) ON COMMIT DROP
            """,
            [],
            cancellationToken).ConfigureAwait(false);
        var importer = await connection.BeginBinaryImportAsync(
            $"COPY {Staging} ({_keys}, content_hash, embedding) FROM STDIN (FORMAT binary)", cancellationToken)
            .ConfigureAwait(false);
        await using (importer.ConfigureAwait(false))
        {
            var vectorTypeName = $"{_collection.Extension.Schema}.vector";
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
                if (vector.Values is not { } values)
                    await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
                else
                    await importer.WriteAsync(values, vectorTypeName, cancellationToken).ConfigureAwait(false);
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
