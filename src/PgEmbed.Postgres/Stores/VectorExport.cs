using System.Runtime.CompilerServices;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>Reads a store's vectors, in no order, as of one moment.</summary>
internal static class VectorExport
{
    public static async IAsyncEnumerable<KeyedVector<TKey>> RunAsync<TKey>(
        SqlSessions sessions, CollectionInfo collection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shape = new KeyShape<TKey>(collection);
        var keys = collection.KeyColumns.Count;
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await ServingSpace.RequireAsync(session.Connection, collection, cancellationToken).ConfigureAwait(false);
            var command = session.Connection.Command(
                $"""
                SELECT {string.Join(", ", collection.StoreKeys)}, t.content_hash, {VectorForms.Source(collection.Store.Codec, "t")}
                FROM {collection.Store.Sql} t WHERE chunk = 0
                """);
            await using (command.ConfigureAwait(false))
            {
                command.CommandTimeout = 0;
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    var complete = false;
                    try
                    {
                        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        {
                            var values = new object[keys];
                            for (var i = 0; i < keys; i++)
                                values[i] = reader.GetValue(i);
                            yield return new KeyedVector<TKey>(
                                shape.FromRow(values), VectorForms.Read(collection.Store.Codec, reader, keys + 1))
                            {
                                Hash = reader.GetFieldValue<byte[]>(keys),
                            };
                        }

                        complete = true;
                    }
                    finally
                    {
                        // Closing the reader waits for all rows that are left, so the server is told to send none. Not in
                        // the caller's transaction: that would end it.
                        if (!complete && !sessions.IsJoined)
                            command.Cancel();
                    }
                }
            }
        }
    }
}
