using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;
using PgEmbed.Telemetry;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Brings a store up to date with its table, whatever wrote the table: pages of changed rows by key, those with another
/// text embedded outside any transaction, and all written in a short one. Rows that changed meanwhile are left to the next run, so it can
/// be stopped and repeated at any point.
/// </summary>
internal sealed class StoreSync
{
    private const int PageRows = 1_000;
    private const int Attempts = 10;

    private readonly NpgsqlDataSource _dataSource;
    private readonly CollectionInfo _collection;
    private readonly ITextEmbedder _embedder;
    private readonly StoreWriter _writer;

    public StoreSync(NpgsqlDataSource dataSource, CollectionInfo collection, ITextEmbedder embedder)
    {
        _dataSource = dataSource;
        _collection = collection;
        _embedder = embedder;
        _writer = new StoreWriter(collection);
    }

    /// <summary>Runs once over the table.</summary>
    /// <returns>How far it has come, after every page.</returns>
    public async IAsyncEnumerable<EmbedProgress> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var progress = new EmbedProgress();
        RowKey? last = null;
        while (true)
        {
            var page = await ReadPageAsync(last, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
                break;
            last = page[^1].Key;
            progress = await WriteAsync(page, progress, cancellationToken).ConfigureAwait(false);
            yield return progress;
        }

        yield return progress with { Removed = await RemoveOrphansAsync(cancellationToken).ConfigureAwait(false) };
    }

    private async Task<List<ChangedRow>> ReadPageAsync(RowKey? after, CancellationToken cancellationToken)
    {
        var textDiffers = $"t.content_hash IS DISTINCT FROM {EmbeddedText.HashSql("x.text")}";
        var differs = _collection.CarriedColumns.Count == 0
            ? textDiffers
            : $"({textDiffers} OR {_collection.CarriedDiffer("t", "s", _collection.CarriedColumns)})";
        var names = _collection.KeyColumns.Select(column => "s." + SqlName.Quote(column.Name)).ToArray();
        var keys = string.Join(", ", names);
        var seek = after is null
            ? ""
            : $"AND ({keys}) > ({string.Join(", ", names.Select((_, i) => $"${i + 1}"))})";
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.Command(
                $"""
                SELECT {keys}, x.text, {textDiffers}
                FROM {_collection.Source.Sql} s
                CROSS JOIN LATERAL (SELECT {_collection.TextSql("s")} AS text) x
                LEFT JOIN {_collection.Store.Sql} t ON {_collection.KeyJoin("t", "s")} AND t.chunk = 0
                WHERE NOT {EmbeddedText.IsBlankSql("x.text")}
                  AND {differs} {seek}
                ORDER BY {keys} LIMIT {PageRows}
                """);
            await using (command.ConfigureAwait(false))
            {
                for (var i = 0; after is { } key && i < names.Length; i++)
                    command.Parameters.Add(new NpgsqlParameter
                    {
                        Value = key[i],
                        DataTypeName = _collection.KeyColumns[i].TypeName,
                    });
                var rows = new List<ChangedRow>();
                var reader = await StoreAltered.GuardAsync(
                    _collection, () => command.ExecuteReaderAsync(cancellationToken)).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        var values = new object[names.Length];
                        for (var i = 0; i < values.Length; i++)
                            values[i] = reader.GetValue(i);
                        rows.Add(new ChangedRow(
                            new RowKey(values), reader.GetString(names.Length), reader.GetBoolean(names.Length + 1)));
                    }
                }

                return rows;
            }
        }
    }

    private async Task<EmbedProgress> WriteAsync(
        List<ChangedRow> page, EmbedProgress progress, CancellationToken cancellationToken)
    {
        var embedded = page.FindAll(row => row.TextDiffers);
        var texts = embedded.ConvertAll(row => row.Text);
        var vectors = page.FindAll(row => !row.TextDiffers)
            .ConvertAll(row => new StagedVector(row.Key, EmbeddedText.Hash(row.Text), null));
        if (embedded.Count > 0)
        {
            var embeddings = await EmbeddingTelemetry.EmbedAsync(
                _embedder, texts, TextRole.Document, cancellationToken)
                .ConfigureAwait(false);
            vectors.AddRange(
                VectorStaging.Stage(_embedder.Space, embeddings, embedded.ConvertAll(row => row.Key), texts));
            progress = progress with
            {
                Tokens = progress.Tokens + embeddings.Tokens,
                Truncated = progress.Truncated + embeddings.Truncated,
            };
        }

        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await _writer.WriteAsync(connection, vectors, checkText: true, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return progress with
        {
            Rows = progress.Rows + page.Count,
            Embedded = progress.Embedded + embedded.Count,
            Carried = progress.Carried + page.Count - embedded.Count,
        };
    }

    // A search doesn't see these anyway, since it joins to the row; a row with blank text it would.
    private async Task<int> RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RemoveOrphansOnceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.SerializationFailure && attempt < Attempts)
            {
                // Another session gave such a key a row again, in another partition.
            }
        }
    }

    private async Task<int> RemoveOrphansOnceAsync(CancellationToken cancellationToken)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await connection.ExecuteAsync(
                $"""
                DELETE FROM {_collection.Store.Sql} t
                WHERE NOT EXISTS (
                    SELECT FROM {_collection.Source.Sql} s
                    WHERE {_collection.KeyJoin("t", "s")}
                      AND NOT {EmbeddedText.IsBlankSql(_collection.TextSql("s"))})
                """,
                [],
                cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record ChangedRow(RowKey Key, string Text, bool TextDiffers);
}
