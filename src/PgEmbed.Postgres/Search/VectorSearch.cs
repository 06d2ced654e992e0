using System.Diagnostics;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search;

/// <summary>Runs searches: by a plan that is known already in one round trip, else in two.</summary>
internal static class VectorSearch
{
    /// <summary>The SQLSTATE by which the server refuses a vector of another space than the collection's.</summary>
    public const string SpaceMismatch = "PE001";

    /// <summary>Runs a query to its end.</summary>
    /// <param name="sessions">Where it runs.</param>
    /// <param name="query">The query.</param>
    /// <param name="read">Reads a row; its columns begin at 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The plan that gave the rows, and min(k, rows that match) rows, nearest first.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    public static async Task<(SearchPlan Plan, List<SearchHit<T>> Hits)> RunAsync<T>(
        SqlSessions sessions,
        SearchQuery query,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var watch = Stopwatch.StartNew();
            (SearchPlan Plan, List<SearchHit<T>> Hits) found = await GuardAsync(query, async () =>
            {
                // Within the caller's transaction an error is his, so nothing may be tried there that could fail.
                var plans = session.IsJoined ? null : PlanCache.Of(query);
                if (plans?.Find(query) is { } known)
                {
                    try
                    {
                        return (known, await HitsAsync(known).ConfigureAwait(false));
                    }
                    catch (PostgresException e) when (PlanCache.IsOutdated(e))
                    {
                        plans.Forget(query);
                    }
                }

                var plan = await SearchPlanner.AskAsync(session, query, cancellationToken).ConfigureAwait(false);
                var hits = await HitsAsync(plan).ConfigureAwait(false);
                plans?.Keep(query, plan);
                return (plan, hits);

                Task<List<SearchHit<T>>> HitsAsync(SearchPlan plan) => SearchBatch.RunAsync(
                    session,
                    query,
                    plan.Settings,
                    Statement(query, plan.Sql),
                    reader => new SearchHit<T>(read(reader), reader.GetDouble(0)),
                    cancellationToken);
            }).ConfigureAwait(false);
            query.Sampler?.Offer(query, found.Plan, found.Hits.Count, watch.Elapsed);
            return found;
        }
    }

    /// <summary>Runs a query and says what happened.</summary>
    /// <returns>The plan with its steps, and the server's own plan as text.</returns>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<(SearchPlan Plan, string ServerPlan)> ExplainAsync(
        SqlSessions sessions, SearchQuery query, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await GuardAsync(query, async () =>
            {
                var plan = await SearchPlanner.AskAsync(session, query, cancellationToken).ConfigureAwait(false);
                var json = await RowsAsync("ANALYZE, FORMAT JSON").ConfigureAwait(false);
                var steps = await StepsAsync(session.Connection, string.Concat(json), cancellationToken)
                    .ConfigureAwait(false);
                var lines = await RowsAsync("ANALYZE, BUFFERS, COSTS OFF").ConfigureAwait(false);
                return (plan with { Steps = steps }, string.Join('\n', lines));

                Task<List<string>> RowsAsync(string options) => SearchBatch.RunAsync(
                    session,
                    query,
                    plan.Settings,
                    Statement(query, $"EXPLAIN ({options}) {plan.Sql}"),
                    reader => reader.GetString(0),
                    cancellationToken);
            }).ConfigureAwait(false);
        }
    }

    private static NpgsqlBatchCommand Statement(SearchQuery query, string sql)
    {
        var statement = new NpgsqlBatchCommand(sql);
        query.CopyTo(statement.Parameters);
        return statement;
    }

    private static async Task<List<SearchStep>> StepsAsync(
        NpgsqlConnection connection, string serverPlan, CancellationToken cancellationToken)
    {
        var command = connection.Command(
            "SELECT step, started, looked_at, passed, milliseconds FROM pgembed.search_steps($1::jsonb)", serverPlan);
        await using (command.ConfigureAwait(false))
        {
            var steps = new List<SearchStep>();
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    steps.Add(new SearchStep(
                        reader.GetString(0),
                        reader.GetBoolean(1),
                        reader.IsDBNull(2) ? null : reader.GetInt64(2),
                        reader.GetInt64(3),
                        reader.GetDouble(4)));
            }

            return steps;
        }
    }

    private static async Task<T> GuardAsync<T>(SearchQuery query, Func<Task<T>> search)
    {
        try
        {
            return await search().ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == SpaceMismatch)
        {
            throw new SpaceMismatchException(
                $"that collection '{query.Collection.Name}' is served from now",
                query.Collection.Store.Space.ToString(),
                e);
        }
    }
}
