using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Deletes rows and their vectors in one transaction. Rows are locked in key order before they are deleted, and rows
/// before vectors, as an upsert does: the two never wait for each other in a circle.
/// </summary>
internal static class RowDelete
{
    private const int BatchKeys = 10_000;

    /// <returns>How many rows there were.</returns>
    public static async Task<long> RunAsync(
        SqlSessions sessions,
        CollectionInfo collection,
        IEnumerable<RowKey> keys,
        CancellationToken cancellationToken)
    {
        var names = collection.KeyColumns.Select(column => "s." + SqlName.Quote(column.Name)).ToArray();
        var locked = string.Join(", ", names.Select((name, i) => $"{name} AS {StoreInfo.KeyColumn(i)}"));
        var from = KeyArrays.From(collection);
        var sameKeys = string.Join(" AND ", collection.StoreKeys.Select(key => $"t.{key} = k.{key}"));
        string[] statements =
        [
            $"""
            WITH locked AS (
                SELECT {locked} FROM {from} JOIN {collection.Source.Sql} s ON {collection.KeyJoin("k", "s")}
                ORDER BY {string.Join(", ", names)} FOR UPDATE OF s)
            DELETE FROM {collection.Source.Sql} s USING locked WHERE {collection.KeyJoin("locked", "s")}
            """,
            $"DELETE FROM {collection.Store.Sql} t USING {from} WHERE {sameKeys}",
        ];
        var deleted = 0L;
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var transaction = await session.BeginAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                foreach (var batch in keys.Distinct().Chunk(BatchKeys))
                    deleted += await StoreAltered.GuardAsync(
                        collection, () => DeleteAsync(session.Connection, statements, batch, cancellationToken))
                        .ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return deleted;
    }

    private static async Task<long> DeleteAsync(
        NpgsqlConnection connection, string[] statements, RowKey[] keys, CancellationToken cancellationToken)
    {
        var batch = connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            foreach (var statement in statements)
            {
                var command = new NpgsqlBatchCommand(statement);
                KeyArrays.Add(command.Parameters, keys);
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return (long)batch.BatchCommands[0].Rows;
        }
    }
}
