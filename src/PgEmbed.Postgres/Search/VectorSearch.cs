using System.Diagnostics;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Relevance;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search;

/// <summary>
/// Runs searches by the steps of their plan. A plan is known already or asked for in a round trip; each step takes one, and
/// mostly the first has found enough. All rows of a search come from one statement, so from one snapshot: the steps before
/// have only told that it is needed.
/// </summary>
internal static class VectorSearch
{
    /// <summary>The SQLSTATE by which the server refuses a vector of another space than the collection's.</summary>
    public const string SpaceMismatch = "PE001";

    /// <summary>What is thrown where another store serves the collection each time it is looked at.</summary>
    public static PgEmbedException Unsettled(SearchQuery query) => new(
        $"Expected collection '{query.Collection.Name}' to be served by one store, it changes again and again.",
        "Wait until its alteration or upgrade is done.");

    /// <summary>Runs a query to its end.</summary>
    /// <returns>The plan that gave the rows, and min(k, rows that match) rows, nearest first.</returns>
    /// <inheritdoc cref="RunManyAsync"/>
    public static async Task<(SearchPlan Plan, List<SearchHit<T>> Hits)> RunAsync<T>(
        SqlSessions sessions,
        SearchQuery query,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var (plan, hits) = await RunManyAsync(sessions, [query], read, cancellationToken).ConfigureAwait(false);
        return (plan, hits[0]);
    }

    /// <summary>Runs queries that differ by their vectors only, each step of all in one round trip.</summary>
    /// <param name="sessions">Where they run.</param>
    /// <param name="queries">The queries, at least one.</param>
    /// <param name="read">Reads a row; its columns begin at 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The plan that gave the rows, and for each query min(k, rows that match) rows, nearest first.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    public static async Task<(SearchPlan Plan, List<SearchHit<T>>[] Hits)> RunManyAsync<T>(
        SqlSessions sessions,
        IReadOnlyList<SearchQuery> queries,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var watch = Stopwatch.StartNew();
            var found = await GuardAsync(
                queries[0], () => FollowAsync(session, queries, read, cancellationToken)).ConfigureAwait(false);
            foreach (var (query, hits) in queries.Zip(found.Hits))
                query.Sampler?.Offer(query, found.Plan, hits.Count, watch.Elapsed / queries.Count);
            return found;
        }
    }

    /// <summary>Asks how a query is to be run.</summary>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    public static async Task<SearchPlan> PlanAsync(
        SqlSessions sessions, SearchQuery query, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return await GuardAsync(query, () => SearchPlanner.AskAsync(session, query, cancellationToken))
                .ConfigureAwait(false);
    }

    /// <summary>Runs a query and says what happened.</summary>
    /// <returns>The plan with its steps' outcomes, and the server's own plan of each that was run.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    public static async Task<(SearchPlan Plan, string ServerPlan)> ExplainAsync(
        SqlSessions sessions, SearchQuery query, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await GuardAsync(query, async () =>
            {
                var plan = await SearchPlanner.AskAsync(session, query, cancellationToken).ConfigureAwait(false);
                var codec = await StoreCodec.OfAsync(session.Connection, query.Collection, plan.StoreId, cancellationToken)
                    .ConfigureAwait(false);
                var steps = plan.Steps.ToArray();
                var serverPlans = new List<string>();
                long? found = null;
                for (var i = 0; i < steps.Length; i++)
                {
                    if (found < steps[i].Worth)
                        continue;
                    var lines = await SearchBatch.RunAsync(
                        session,
                        SearchBatch.Prepare(query, plan.StoreId, steps[i].Settings),
                        [Statement(query, "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + steps[i].Sql, codec)],
                        reader => reader.GetString(0),
                        cancellationToken).ConfigureAwait(false)
                        ?? throw new PgEmbedException(
                            $"Expected collection '{query.Collection.Name}' to be served by one store, it has just changed.",
                            "Try again.");
                    var serverPlan = string.Join('\n', lines[0]);
                    var outcome = await OutcomeAsync(session.Connection, serverPlan, cancellationToken).ConfigureAwait(false);
                    serverPlans.Add($"{steps[i].Name}:\n{serverPlan}");
                    steps[i] = steps[i] with { Outcome = outcome };
                    found = outcome.Found;
                    if (steps[i].IsEnough(found))
                        break;
                }

                return (plan with { Steps = steps }, string.Join("\n\n", serverPlans));
            }).ConfigureAwait(false);
        }
    }

    private static async Task<(SearchPlan Plan, List<SearchHit<T>>[] Hits)> FollowAsync<T>(
        SqlSession session,
        IReadOnlyList<SearchQuery> queries,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var query = queries[0];
        // Within the caller's transaction an error is his, so nothing may be tried there that could fail.
        var plans = session.IsJoined ? null : PlanCache.Of(query);
        if (plans?.Find(query) is { } known)
        {
            try
            {
                var watch = Stopwatch.StartNew();
                if (await RunStepsAsync(session, queries, known, read, cancellationToken).ConfigureAwait(false) is { } hits)
                {
                    if (PlanCache.IsSlow(known, watch.Elapsed / queries.Count))
                        plans.Forget(query);
                    return (known, hits);
                }
            }
            catch (PostgresException e) when (PlanCache.IsOutdated(e))
            {
                // Something that the plan's statement names is there no more.
                RelevanceLimits.Forget(query);
            }

            plans.Forget(query);
        }

        for (var attempt = 1; ; attempt++)
        {
            var plan = await SearchPlanner.AskAsync(session, query, cancellationToken).ConfigureAwait(false);
            if (await RunStepsAsync(session, queries, plan, read, cancellationToken).ConfigureAwait(false) is { } hits)
            {
                plans?.Keep(query, plan);
                return (plan, hits);
            }

            if (attempt == 3)
                throw Unsettled(query);
        }
    }

    // Null where the plan's store serves the collection no more.
    private static async Task<List<SearchHit<T>>[]?> RunStepsAsync<T>(
        SqlSession session,
        IReadOnlyList<SearchQuery> queries,
        SearchPlan plan,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var codec = await StoreCodec.OfAsync(session.Connection, queries[0].Collection, plan.StoreId, cancellationToken)
            .ConfigureAwait(false);
        var rankings = queries.Select(query => codec.Rescoring?.Prepare(query.Vector.Values.Span)).ToArray();
        var limits = await RelevanceLimits.OfAsync(session, queries, cancellationToken).ConfigureAwait(false);
        var results = new SearchRows<T>[queries.Count];
        var open = Enumerable.Range(0, queries.Count).ToList();
        var isFirst = true;
        foreach (var step in plan.Steps)
        {
            var running = open.Where(i => step.Worth is null || !(results[i].Found < step.Worth)).ToList();
            if (running.Count == 0)
                continue;
            var rows = running.ConvertAll(_ => new List<SearchRow<T>>());
            List<SearchBatchPart> parts =
            [
                .. running.Zip(rows, (i, found) => new SearchBatchPart(
                    Statement(queries[i], step.Sql, codec),
                    reader => found.Add(SearchRows<T>.Read(reader, read, codec.Rescoring is not null)))),
            ];
            var settings = step.Settings;
            if (isFirst && limits is not null)
            {
                if (limits.StoreId != plan.StoreId)
                {
                    RelevanceLimits.Forget(queries[0]);
                    return null;
                }

                // The distances are needed only once rows are there: so both come in one round trip.
                parts = [.. limits.Parts(queries), SearchBatch.Set(settings), .. parts];
                settings = limits.Settings;
            }

            isFirst = false;
            if (!await SearchBatch.RunAsync(
                session, SearchBatch.Prepare(queries[0], plan.StoreId, settings), parts, cancellationToken)
                .ConfigureAwait(false))
            {
                RelevanceLimits.Forget(queries[0]);
                return null;
            }

            foreach (var (i, found) in running.Zip(rows))
            {
                results[i] = SearchRows<T>.Of(found, rankings[i], queries[i].K);
                if (step.IsEnough(results[i].Found) || IsPast(results[i], queries[i]))
                    open.Remove(i);
            }

            if (open.Count == 0)
                break;
        }

        return [.. results.Select((rows, i) => Within(rows.Hits, queries[i]))];
    }

    // A row beyond the threshold shows that those within it have been seen.
    private static bool IsPast<T>(SearchRows<T> rows, SearchQuery query) =>
        rows.Hits.Count > 0 && rows.Hits[^1].Distance > query.MaxDistance;

    private static List<SearchHit<T>> Within<T>(List<SearchHit<T>> hits, SearchQuery query) =>
        query.MaxDistance is { } most ? hits.FindAll(hit => hit.Distance <= most) : hits;

    private static NpgsqlBatchCommand Statement(SearchQuery query, string sql, Codec codec)
    {
        var statement = new NpgsqlBatchCommand(sql);
        query.CopyTo(statement.Parameters, codec);
        return statement;
    }

    private static async Task<SearchStepOutcome> OutcomeAsync(
        NpgsqlConnection connection, string serverPlan, CancellationToken cancellationToken)
    {
        var command = connection.Command(
            "SELECT found, looked_at, rows, milliseconds FROM pgembed.step_outcome($1)", serverPlan);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new SearchStepOutcome(
                    reader.IsDBNull(0) ? null : reader.GetInt64(0),
                    reader.IsDBNull(1) ? null : reader.GetInt64(1),
                    reader.GetInt64(2),
                    reader.GetDouble(3));
            }
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
