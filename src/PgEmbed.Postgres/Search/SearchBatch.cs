using System.Runtime.CompilerServices;
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

    /// <summary>Runs statements under the same settings, in one round trip, and gives their rows as they come.</summary>
    /// <param name="session">Where they run.</param>
    /// <param name="query">The query; its space must serve the collection.</param>
    /// <param name="settings">The server settings that are to hold, as a JSON object.</param>
    /// <param name="statements">The statements.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The reader at each row of each statement in turn, and the statement's place.</returns>
    public static async IAsyncEnumerable<(int Statement, NpgsqlDataReader Row)> ReadAsync(
        SqlSession session,
        SearchQuery query,
        string settings,
        IReadOnlyList<NpgsqlBatchCommand> statements,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = session.Connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            if (session.IsJoined)
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"SAVEPOINT {Savepoint}"));
            batch.BatchCommands.Add(Begin(query, settings));
            foreach (var statement in statements)
                batch.BatchCommands.Add(statement);
            if (session.IsJoined)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"ROLLBACK TO SAVEPOINT {Savepoint}"));
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"RELEASE SAVEPOINT {Savepoint}"));
            }

            var reader = await RestoringAsync(
                session, () => batch.ExecuteReaderAsync(cancellationToken)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var next = () => reader.NextResultAsync(cancellationToken);
                var row = () => reader.ReadAsync(cancellationToken);
                for (var i = 0; i < statements.Count; i++)
                {
                    // Of the commands, begin_search and the statements alone give rows.
                    await RestoringAsync(session, next, reader).ConfigureAwait(false);
                    while (await RestoringAsync(session, row, reader).ConfigureAwait(false))
                        yield return (i, reader);
                }
            }
        }
    }

    /// <summary>Runs a statement to its end.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    /// <param name="session">Where it runs.</param>
    /// <param name="query">The query; its space must serve the collection.</param>
    /// <param name="settings">The server settings that are to hold, as a JSON object.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="read">Reads one row.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<List<T>> RunAsync<T>(
        SqlSession session,
        SearchQuery query,
        string settings,
        NpgsqlBatchCommand statement,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await foreach (var (_, row) in ReadAsync(session, query, settings, [statement], cancellationToken)
            .ConfigureAwait(false))
            rows.Add(read(row));
        return rows;
    }

    // An error has put the caller's transaction into a state in which it takes no statement. Back at the savepoint it goes
    // on as if there had been no search.
    private static async Task<T> RestoringAsync<T>(
        SqlSession session, Func<Task<T>> step, NpgsqlDataReader? reader = null)
    {
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch when (session.IsJoined && session.Connection.State == System.Data.ConnectionState.Open)
        {
            if (reader is not null)
                await reader.DisposeAsync().ConfigureAwait(false);
            try
            {
                await session.Connection.ExecuteAsync($"ROLLBACK TO SAVEPOINT {Savepoint}", [], default)
                    .ConfigureAwait(false);
                await session.Connection.ExecuteAsync($"RELEASE SAVEPOINT {Savepoint}", [], default).ConfigureAwait(false);
            }
            catch (NpgsqlException)
            {
                // There is no savepoint: the transaction had failed before, which the first error says.
            }

            throw;
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
