using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Copies vectors from one store into another under a different codec: those that the other has not, of the same text.
/// </summary>
internal sealed class CodecCopy
{
    private const int BatchRows = 2_000;
    private const string Staging = "pg_temp._pgembed_coded";

    private readonly CollectionInfo _from;
    private readonly ITextEmbedder? _embedder;
    private readonly bool _isWhole;

    /// <summary>Creates a copy.</summary>
    /// <exception cref="PgEmbedException">The store's vectors are not whole, and there is no embedder of their space.</exception>
    public CodecCopy(CollectionInfo from, ITextEmbedder? embedder)
    {
        _from = from;
        _embedder = embedder;
        // f16 was chosen for all the vectors there are; a lossy code is worse than what the text gives again.
        _isWhole = from.Store.Codec.Rescoring is null or { Quantizer: Float32Quantizer, Transforms.Count: 0 };
        if (_isWhole)
            return;
        if (embedder is null)
            throw new PgEmbedException(
                $"Expected collection '{from.Name}' in f32 or f16, or its model to embed the texts again, found codes by "
                + $"'{from.Store.Codec}' and no model.",
                "Give the model.");
        if (!embedder.Space.Equals(from.Store.Space))
            throw new SpaceMismatchException(from.Store.Space.ToString(), embedder.Space.ToString());
    }

    /// <summary>Vectors of a store, in an order that has nothing to do with their texts; decoded where they are codes.</summary>
    public static async Task<VectorBlock> SampleAsync(
        NpgsqlConnection connection, CollectionInfo collection, int most, CancellationToken cancellationToken)
    {
        var store = collection.Store;
        var vectors = new List<ReadOnlyMemory<float>>();
        var command = connection.Command(
            $"SELECT {VectorForms.Source(store.Codec, "t")} FROM {store.Sql} t WHERE chunk = 0 ORDER BY content_hash LIMIT $1",
            most);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    vectors.Add(VectorForms.Read(store.Codec, reader, 0));
            }
        }

        var block = new VectorBlock(vectors.Count, store.Space.Dimensions);
        for (var i = 0; i < vectors.Count; i++)
            vectors[i].Span.CopyTo(block.Row(i));
        return block;
    }

    /// <summary>Copies in transactions of its own, a batch each.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="to">The collection with the store that is filled.</param>
    /// <param name="table">The store, or a part of it.</param>
    /// <param name="range">A condition on the rows (o) with AND behind it; empty for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many were missing.</returns>
    public async Task<long> RunAsync(
        NpgsqlDataSource dataSource, CollectionInfo to, string table, string range, CancellationToken cancellationToken)
    {
        var reading = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closingReading = reading.ConfigureAwait(false);
        var writing = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closingWriting = writing.ConfigureAwait(false);
        var missing = 0L;
        await foreach (var batch in ReadAsync(reading, to, table, range, cancellationToken).ConfigureAwait(false))
        {
            missing += batch.Count;
            var transaction = await writing.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await WriteAsync(writing, to, batch, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return missing;
    }

    /// <summary>Copies all that is missing within the caller's transaction; it is to be little.</summary>
    public async Task RunWithinAsync(NpgsqlConnection connection, CollectionInfo to, CancellationToken cancellationToken)
    {
        var batches = new List<List<Row>>();
        await foreach (var batch in ReadAsync(connection, to, _from.Store.Sql, "", cancellationToken).ConfigureAwait(false))
            batches.Add(batch);
        foreach (var batch in batches)
            await WriteAsync(connection, to, batch, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<List<Row>> ReadAsync(
        NpgsqlConnection connection,
        CollectionInfo to,
        string table,
        string range,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var keys = _from.KeyColumns.Count;
        var missing =
            $"""
            {range} NOT EXISTS (
                SELECT FROM {to.Store.Sql} n WHERE {StoreReplacement.SameRow(_from)} AND n.content_hash = o.content_hash)
            """;
        var command = connection.Command(_isWhole
            ? $"""
              SELECT {string.Join(", ", _from.StoreKeys.Select(key => "o." + key))}, o.chunk, o.content_hash,
                  {VectorForms.Source(_from.Store.Codec, "o")}
              FROM {table} o WHERE {missing}
              """
            : $"""
              SELECT {string.Join(", ", _from.StoreKeys.Select(key => "o." + key))}, o.chunk, o.content_hash, {_from.TextSql("s")}
              FROM {table} o JOIN {_from.Source.Sql} s ON {_from.KeyJoin("o", "s")}
              WHERE {EmbeddedText.HashSql(_from.TextSql("s"))} = o.content_hash AND {missing}
              """);
        await using var ending = command.ConfigureAwait(false);
        command.CommandTimeout = 0;
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        var batch = new List<Row>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var values = new object[keys];
            for (var i = 0; i < keys; i++)
                values[i] = reader.GetValue(i);
            batch.Add(new Row(
                values,
                reader.GetInt32(keys),
                reader.GetFieldValue<byte[]>(keys + 1),
                _isWhole ? VectorForms.Read(_from.Store.Codec, reader, keys + 2) : default,
                _isWhole ? null : reader.GetString(keys + 2)));
            if (batch.Count < BatchRows)
                continue;
            yield return await WholeAsync(batch, cancellationToken).ConfigureAwait(false);
            batch = [];
        }

        if (batch.Count > 0)
            yield return await WholeAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<Row>> WholeAsync(List<Row> batch, CancellationToken cancellationToken)
    {
        if (_isWhole)
            return batch;
        var embeddings = await _embedder!.EmbedAsync(
            batch.ConvertAll(row => row.Text!), TextRole.Document, cancellationToken).ConfigureAwait(false);
        return [.. batch.Select((row, i) => row with { Vector = embeddings.Vectors[i] })];
    }

    private async Task WriteAsync(
        NpgsqlConnection connection, CollectionInfo to, List<Row> rows, CancellationToken cancellationToken)
    {
        var codec = to.Store.Codec;
        string[] forms = [.. to.Store.Forms(to.Extension).Select(form => form.Name)];
        var columns = _from.KeyColumns.Select((column, i) => $"{StoreInfo.KeyColumn(i)} {column.Type}")
            .Append("chunk integer").Append("content_hash bytea")
            .Concat(VectorForms.StagingColumns(to.Store, to.Extension));
        await connection.ExecuteAsync(
            $"CREATE TEMP TABLE IF NOT EXISTS _pgembed_coded ({string.Join(", ", columns)}) ON COMMIT DROP; TRUNCATE {Staging}",
            [],
            cancellationToken).ConfigureAwait(false);
        var importer = await connection.BeginBinaryImportAsync(
            $"COPY {Staging} ({string.Join(", ", _from.StoreKeys)}, chunk, content_hash, {VectorForms.Columns(codec)}) "
            + "FROM STDIN (FORMAT binary)",
            cancellationToken).ConfigureAwait(false);
        await using (importer.ConfigureAwait(false))
        {
            foreach (var row in rows)
            {
                await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < row.Key.Length; i++)
                    await importer.WriteAsync(row.Key[i], _from.KeyColumns[i].TypeName, cancellationToken).ConfigureAwait(false);
                await importer.WriteAsync(row.Chunk, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
                await importer.WriteAsync(row.Hash, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
                await VectorForms.WriteAsync(importer, codec, to.Extension, row.Vector, cancellationToken).ConfigureAwait(false);
            }

            await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        // A row may be there with the vector of an older text.
        var same = StoreReplacement.SameRow(_from);
        await connection.ExecuteAsync(
            $"DELETE FROM {to.Store.Sql} n USING {Staging} o WHERE {same}", [], cancellationToken).ConfigureAwait(false);
        string[] written = [.. _from.StoreKeys, .. to.StoreCarried, "chunk", "content_hash", .. forms];
        string[] values =
        [
            .. _from.StoreKeys.Select(key => "o." + key),
            .. to.CarriedColumns.Select(column => "s." + SqlName.Quote(column.Name)),
            "o.chunk",
            "o.content_hash",
            .. forms.Select(form => "o." + form),
        ];
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {to.Store.Sql} ({string.Join(", ", written)}) SELECT {string.Join(", ", values)}
            FROM {Staging} o JOIN {_from.Source.Sql} s ON {_from.KeyJoin("o", "s")}
            """,
            [],
            cancellationToken).ConfigureAwait(false);
    }

    private sealed record Row(object[] Key, int Chunk, byte[] Hash, ReadOnlyMemory<float> Vector, string? Text);
}
