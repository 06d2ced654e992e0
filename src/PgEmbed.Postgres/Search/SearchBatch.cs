using System.Globalization;
using System.Text;
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
        var isJoined = session.IsJoined;
        var batch = session.Connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            if (isJoined)
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"SAVEPOINT {Savepoint}"));
            batch.BatchCommands.Add(first);
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
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var counts = reader.GetBoolean(0);
                for (var i = 0; i < results.Length; i++)
                {
                    await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                    results[i] = [];
                    while (counts && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        results[i].Add(read(reader));
                }

                return counts ? results : null;
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
    /// Makes the transaction ready for a step: read-only, with the step's settings. It gives whether the plan's store still
    /// serves its collection, in the query's space: a plain look at one row of the catalog, no more.
    /// </summary>
    public static NpgsqlBatchCommand Prepare(SearchQuery query, SearchPlan plan, SearchStep step) =>
        Prepare(query, plan.StoreId, step.Settings);

    /// <inheritdoc cref="Prepare(SearchQuery, SearchPlan, SearchStep)"/>
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
        var sql = new StringBuilder(
            "SELECT EXISTS (SELECT FROM pgembed.store WHERE store_id = $1 AND space_id = $2 AND serving), "
            + "set_config('transaction_read_only', 'on', true)");
        foreach (var (name, value) in settings)
        {
            sql.Append(CultureInfo.InvariantCulture,
                $", set_config(${command.Parameters.Count + 1}, ${command.Parameters.Count + 2}, true)");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        }

        command.CommandText = sql.ToString();
        return command;
    }
}
