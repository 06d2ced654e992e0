using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search;

/// <summary>
/// Statements and the settings they need, sent together. Npgsql sends a batch as one implicit transaction, so settings
/// local to it hold for the statements and for nothing after, behind a pooler that shares sessions too. Within a
/// transaction of the caller's, a savepoint does the same.
/// </summary>
internal static class SearchBatch
{
    private const string Savepoint = "_pgembed_search";

    /// <summary>Runs statements, all in one round trip.</summary>
    /// <param name="session">Where they run.</param>
    /// <param name="first">What is run before; gives a row, whose first column is whether the rest counts.</param>
    /// <param name="statements">The statements.</param>
    /// <param name="read">Reads one row.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows of each statement; null where they don't count.</returns>
    public static async Task<List<T>[]?> RunAsync<T>(
        SqlSession session,
        NpgsqlBatchCommand first,
        IReadOnlyList<NpgsqlBatchCommand> statements,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var results = new List<T>[statements.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = [];
        var counts = await RunAsync(
            session,
            first,
            [.. statements.Zip(results, (statement, rows) => new SearchBatchPart(statement, reader => rows.Add(read(reader))))],
            cancellationToken).ConfigureAwait(false);
        return counts ? results : null;
    }

    /// <summary>Runs statements of several kinds, all in one round trip.</summary>
    /// <param name="session">Where they run.</param>
    /// <param name="first">What is run before; gives a row, whose first column is whether the rest counts.</param>
    /// <param name="parts">The statements, and what reads their rows where they count.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether they count.</returns>
    public static async Task<bool> RunAsync(
        SqlSession session,
        NpgsqlBatchCommand first,
        IReadOnlyList<SearchBatchPart> parts,
        CancellationToken cancellationToken)
    {
        var isJoined = session.IsJoined;
        var batch = session.Connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            if (isJoined)
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"SAVEPOINT {Savepoint}"));
            batch.BatchCommands.Add(first);
            foreach (var part in parts)
                batch.BatchCommands.Add(part.Statement);
            if (isJoined)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"ROLLBACK TO SAVEPOINT {Savepoint}"));
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"RELEASE SAVEPOINT {Savepoint}"));
            }

            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var counts = reader.GetBoolean(0);
                foreach (var part in parts)
                {
                    await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                    while (counts && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        part.Read?.Invoke(reader);
                }

                return counts;
            }
        }
    }

    /// <summary>
    /// Makes the transaction read-only, since a filter may call functions and a search writes nothing whatever they do,
    /// and throws where the query's space doesn't serve the collection.
    /// </summary>
    public static NpgsqlBatchCommand RequireSpace(SearchQuery query) =>
        new("SELECT true, pgembed.begin_search($1, $2, '{}')")
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = query.Collection.Name },
                new NpgsqlParameter<Guid> { TypedValue = query.Collection.Store.Space.Id },
            },
        };

    /// <summary>
    /// Makes the transaction ready for a step: read-only, with its settings. It gives whether the store still serves its
    /// collection, in the query's space: a plain look at one row of the catalog, no more.
    /// </summary>
    public static NpgsqlBatchCommand Prepare(
        SearchQuery query, int storeId, IReadOnlyDictionary<string, string> settings)
    {
        var command = new NpgsqlBatchCommand
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = storeId },
                new NpgsqlParameter<Guid> { TypedValue = query.Collection.Store.Space.Id },
            },
        };
        command.CommandText =
            "SELECT EXISTS (SELECT FROM pgembed.store WHERE store_id = $1 AND space_id = $2 AND serving), "
            + "set_config('transaction_read_only', 'on', true), "
            + SetConfig(settings, command.Parameters);
        return command;
    }

    /// <summary>Other settings, for the statements that come after.</summary>
    public static SearchBatchPart Set(IReadOnlyDictionary<string, string> settings)
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText = "SELECT " + SetConfig(settings, command.Parameters);
        return new SearchBatchPart(command, null);
    }

    private static string SetConfig(IReadOnlyDictionary<string, string> settings, NpgsqlParameterCollection parameters)
    {
        var calls = new List<string>();
        foreach (var (name, value) in settings)
        {
            calls.Add(string.Create(
                CultureInfo.InvariantCulture, $"set_config(${parameters.Count + 1}, ${parameters.Count + 2}, true)"));
            parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        }

        return string.Join(", ", calls);
    }
}
