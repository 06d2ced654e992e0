using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>Reads rows by key.</summary>
internal static class RowLookup
{
    private const int BatchKeys = 10_000;

    /// <summary>The rows that are there, in the order of the keys.</summary>
    /// <param name="sessions">Where to read.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="columns">The columns to read, the first at 0.</param>
    /// <param name="keys">The keys; one that comes twice gives its row twice.</param>
    /// <param name="read">Makes a row.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async IAsyncEnumerable<T> RunAsync<T>(
        SqlSessions sessions,
        CollectionInfo collection,
        IReadOnlyList<SourceColumn> columns,
        IEnumerable<RowKey> keys,
        Func<NpgsqlDataReader, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT {string.Join(", ", columns.Select(column => "s." + SqlName.Quote(column.Name)))}
            FROM {KeyArrays.From(collection)}
            JOIN {collection.Source.Sql} s ON {collection.KeyJoin("k", "s")}
            ORDER BY k.position
            """;
        foreach (var batch in keys.Chunk(BatchKeys))
        {
            var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                var command = session.Connection.Command(sql);
                await using (command.ConfigureAwait(false))
                {
                    KeyArrays.Add(command.Parameters, batch);
                    var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                            yield return read(reader);
                    }
                }
            }
        }
    }
}
