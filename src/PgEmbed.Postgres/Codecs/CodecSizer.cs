using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Codecs;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.Codecs;

/// <summary>
/// Measures what PostgreSQL takes for a codec: a temporary table as a store's, with real keys and the forms of real vectors, an
/// index on the keys and an HNSW index, in a transaction that is rolled back. Only the files with the data count: free space
/// maps weigh on a small table and not on a large one.
/// </summary>
internal sealed class CodecSizer : IAsyncDisposable
{
    private const string Keys = "_pgembed_advise_keys";
    private const string Forms = "_pgembed_advise_forms";
    private const string Store = "_pgembed_advise_store";
    private const string KeysIndex = Store + "_keys";
    private const string HnswIndex = Store + "_hnsw";

    // A graph of more takes long, and has the same bytes a vector.
    private const int MostRows = 5_000;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly CollectionInfo _collection;
    private readonly VectorBlock _vectors;
    private readonly int _rows;

    private CodecSizer(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CollectionInfo collection, VectorBlock vectors)
    {
        _connection = connection;
        _transaction = transaction;
        _collection = collection;
        _vectors = vectors;
        _rows = Math.Min(MostRows, vectors.Count);
    }

    /// <summary>Begins, with keys of the store.</summary>
    public static async Task<CodecSizer> BeginAsync(
        NpgsqlDataSource dataSource,
        CollectionInfo collection,
        VectorBlock vectors,
        long total,
        int seed,
        CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            var sizer = new CodecSizer(connection, transaction, collection, vectors);
            await sizer.RunAsync("SET LOCAL maintenance_work_mem = '64MB'", cancellationToken).ConfigureAwait(false);
            var columns = string.Join(", ", collection.StoreKeys.Concat(collection.StoreCarried))
                + ", chunk, content_hash";
            await sizer.RunAsync(
                $"""
                CREATE TEMPORARY TABLE {Keys} AS SELECT pg_catalog.row_number() OVER () AS n, drawn.* FROM (
                {CodecSample.Drawn(collection, columns, sizer._rows, total, seed)}) drawn
                """,
                cancellationToken).ConfigureAwait(false);
            return sizer;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What a vector takes with a codec.</summary>
    /// <param name="indexed">The indexed form.</param>
    /// <param name="rescoring">The rescoring form; null without.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CodecBytes> MeasureAsync(
        IndexedForm indexed, VectorCodec? rescoring, CancellationToken cancellationToken)
    {
        var type = IndexedTypeExtensions.Of(indexed);
        var columns = string.Join(
            ", ",
            _collection.StoreKeys.Concat(_collection.StoreCarried).Append("chunk").Append("content_hash")
                .Select(column => $"keys.{column}"));
        var joined = $"SELECT {columns}, forms.embedding{(rescoring is null ? "" : ", forms.rescoring")} "
            + $"FROM {Keys} keys JOIN {Forms} forms USING (n)";
        await RunAsync(
            $"CREATE TEMPORARY TABLE {Forms} (n bigint, embedding {type.Sql(_collection.Extension, indexed.Dimensions)}, "
            + "rescoring bytea)",
            cancellationToken).ConfigureAwait(false);
        await CopyAsync(indexed, rescoring, cancellationToken).ConfigureAwait(false);
        await RunAsync($"CREATE TEMPORARY TABLE {Store} AS {joined} WITH NO DATA", cancellationToken)
            .ConfigureAwait(false);
        if (rescoring is not null)
            await RunAsync(
                $"ALTER TABLE pg_temp.{Store} ALTER COLUMN rescoring SET STORAGE EXTERNAL", cancellationToken)
                .ConfigureAwait(false);
        await RunAsync($"INSERT INTO pg_temp.{Store} {joined}", cancellationToken).ConfigureAwait(false);
        await RunAsync(
            $"CREATE UNIQUE INDEX {KeysIndex} ON pg_temp.{Store} ({string.Join(", ", _collection.StoreIdentity)})",
            cancellationToken).ConfigureAwait(false);
        var operators = HnswOperatorClass.For(type, _collection.Store.Space.Metric);
        await RunAsync(
            $"CREATE INDEX {HnswIndex} ON pg_temp.{Store} USING hnsw "
            + $"(embedding {SqlName.Qualify(_collection.Extension.Schema, operators.Name)}) WITH (m = 16)",
            cancellationToken).ConfigureAwait(false);
        var bytes = await ReadAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync($"DROP TABLE pg_temp.{Store}, pg_temp.{Forms}", cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        // Rolled back: nothing of it stays.
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CopyAsync(IndexedForm indexed, VectorCodec? rescoring, CancellationToken cancellationToken)
    {
        var importer = await _connection.BeginBinaryImportAsync(
            $"COPY pg_temp.{Forms} (n, embedding, rescoring) FROM STDIN (FORMAT BINARY)", cancellationToken)
            .ConfigureAwait(false);
        await using (importer.ConfigureAwait(false))
        {
            for (var i = 0; i < _rows; i++)
            {
                await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
                await importer.WriteAsync(i + 1L, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                await VectorForms.WriteFormAsync(importer, indexed, _collection.Extension, _vectors[i], cancellationToken)
                    .ConfigureAwait(false);
                if (rescoring is null)
                {
                    await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                var code = new byte[rescoring.CodeBytes];
                rescoring.Encode(_vectors[i].Span, code);
                await importer.WriteAsync(code, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
            }

            await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<CodecBytes> ReadAsync(CancellationToken cancellationToken)
    {
        // An empty TOAST table's index has a page of its own, which says nothing.
        var command = _connection.Command(
            $"""
            SELECT pg_catalog.pg_relation_size(c.oid),
                   CASE WHEN c.reltoastrelid <> 0 AND pg_catalog.pg_relation_size(c.reltoastrelid) > 0
                        THEN pg_catalog.pg_relation_size(c.reltoastrelid) + pg_catalog.pg_indexes_size(c.reltoastrelid)
                        ELSE 0 END,
                   pg_catalog.pg_relation_size('pg_temp.{KeysIndex}'), pg_catalog.pg_relation_size('pg_temp.{HnswIndex}'),
                   (SELECT count(*) FROM pg_temp.{Store})
            FROM pg_catalog.pg_class c WHERE c.oid = 'pg_temp.{Store}'::regclass
            """);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                double rows = reader.GetInt64(4);
                return new CodecBytes(
                    reader.GetInt64(0) / rows, reader.GetInt64(1) / rows, reader.GetInt64(2) / rows, reader.GetInt64(3) / rows);
            }
        }
    }

    private Task RunAsync(string statement, CancellationToken cancellationToken) =>
        StoreReplacement.RunAsync(_connection, statement, cancellationToken);
}
