using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Brings a store up to date with its table, whatever wrote the table: pages of changed rows by key, each embedded
/// outside any transaction and written in a short one. Rows that changed meanwhile are left to the next run, so it can
/// be stopped and repeated at any point.
/// </summary>
internal sealed class StoreSync
{
    private const int PageRows = 1_000;

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
            var texts = page.ConvertAll(row => row.Text);
            var embeddings = await _embedder.EmbedAsync(texts, TextRole.Document, cancellationToken)
                .ConfigureAwait(false);
            var vectors = VectorStaging.Stage(_embedder.Space, embeddings, page.ConvertAll(row => row.Key), texts);
            await WriteAsync(vectors, cancellationToken).ConfigureAwait(false);
            progress = progress with
            {
                Rows = progress.Rows + page.Count,
                Embedded = progress.Embedded + page.Count,
                Tokens = progress.Tokens + embeddings.Tokens,
                Truncated = progress.Truncated + embeddings.Truncated,
            };
            yield return progress;
        }

        yield return progress with { Removed = await RemoveOrphansAsync(cancellationToken).ConfigureAwait(false) };
    }

    private async Task<List<(RowKey Key, string Text)>> ReadPageAsync(RowKey? after, CancellationToken cancellationToken)
    {
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
                SELECT {keys}, x.text
                FROM {_collection.Source.Sql} s
                CROSS JOIN LATERAL (SELECT {_collection.TextSql("s")} AS text) x
                LEFT JOIN {_collection.Store.Sql} t ON {_collection.KeyJoin("t", "s")} AND t.chunk = 0
                WHERE NOT {EmbeddedText.IsBlankSql("x.text")}
                  AND t.content_hash IS DISTINCT FROM {EmbeddedText.HashSql("x.text")} {seek}
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
                var rows = new List<(RowKey, string)>();
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        var values = new object[names.Length];
                        for (var i = 0; i < values.Length; i++)
                            values[i] = reader.GetValue(i);
                        rows.Add((new RowKey(values), reader.GetString(names.Length)));
                    }
                }

                return rows;
            }
        }
    }

    private async Task WriteAsync(IReadOnlyList<StagedVector> vectors, CancellationToken cancellationToken)
    {
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
    }

    // A search doesn't see these anyway, since it joins to the row; a row with blank text it would.
    private async Task<int> RemoveOrphansAsync(CancellationToken cancellationToken)
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
}
