using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search;

/// <summary>
/// A plan's statement and what it needs around it, sent together. Npgsql sends a batch as one implicit transaction, so
/// settings local to it hold for the statement and for nothing after, behind a pooler that shares sessions too. Within a
/// transaction of the caller's, a savepoint does the same.
/// </summary>
internal static class SearchBatch
{
    private const string Savepoint = "_pgembed_search";

    /// <summary>Runs a statement.</summary>
    /// <returns>Its rows.</returns>
    /// <inheritdoc cref="RunManyAsync"/>
    public static async Task<List<T>> RunAsync<T>(
        SqlSession session,
        SearchQuery query,
        string settings,
        NpgsqlBatchCommand statement,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken) =>
        (await RunManyAsync(session, query, settings, [statement], read, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Runs statements under the same settings, all in one round trip.</summary>
    /// <param name="session">Where they run.</param>
    /// <param name="query">The query; its space must serve the collection.</param>
    /// <param name="settings">The server settings that are to hold, as a JSON object.</param>
    /// <param name="statements">The statements.</param>
    /// <param name="read">Reads one row.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows of each.</returns>
    public static async Task<List<T>[]> RunManyAsync<T>(
        SqlSession session,
        SearchQuery query,
        string settings,
        IReadOnlyList<NpgsqlBatchCommand> statements,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var isJoined = session.IsJoined;
        var batch = session.Connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            if (isJoined)
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"SAVEPOINT {Savepoint}"));
            batch.BatchCommands.Add(Begin(query, settings));
            foreach (var statement in statements)
                batch.BatchCommands.Add(statement);
            if (isJoined)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"ROLLBACK TO SAVEPOINT {Savepoint}"));
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"RELEASE SAVEPOINT {Savepoint}"));
            }

            var results = new List<T>[statements.Count];
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                for (var i = 0; i < results.Length; i++)
                {
                    // Of the commands, begin_search and the statements alone give rows.
                    await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                    results[i] = [];
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        results[i].Add(read(reader));
                }
            }

            return results;
        }
    }

    // Checks the space, and sets what is to hold until the transaction or savepoint ends.
    private static NpgsqlBatchCommand Begin(SearchQuery query, string settings) =>
        new("SELECT pgembed.begin_search($1, $2, $3)")
        {
            Parameters =
            {
                new() { Value = query.Collection.Name },
                new() { Value = query.Collection.Store.Space.Id },
                new() { Value = settings, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        };
}
