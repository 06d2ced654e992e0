using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Hybrid;

/// <summary>Runs hybrid searches: one round trip for the plan, one for the statement.</summary>
internal static class HybridSearch
{
    /// <summary>The figures before the row's columns: score, distance, the text's score.</summary>
    public const int Figures = 3;

    /// <summary>Runs a query to its end.</summary>
    /// <param name="sessions">Where it runs.</param>
    /// <param name="query">The vector leg's query; its k is the hybrid search's.</param>
    /// <param name="text">The text whose words are looked for.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="read">Reads a row; its columns begin at <see cref="Figures"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    /// <exception cref="PgEmbedException">There is no text index.</exception>
    public static async Task<(HybridPlan Plan, List<HybridHit<T>> Hits)> RunAsync<T>(
        SqlSessions sessions,
        SearchQuery query,
        string text,
        HybridOptions options,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await VectorSearch.GuardAsync(query, async () =>
            {
                var plan = await PlanAsync(session, query, text, options, cancellationToken).ConfigureAwait(false);
                var hits = await SearchBatch.RunAsync(
                    session,
                    query,
                    plan.Settings,
                    Statement(query, plan, plan.Sql),
                    reader => new HybridHit<T>(
                        read(reader), reader.GetDouble(0), reader.GetDouble(1), reader.GetDouble(2)),
                    cancellationToken).ConfigureAwait(false);
                return (plan, hits);
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a query and says what happened.</summary>
    /// <returns>The plan, and the server's own as text.</returns>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<(HybridPlan Plan, string ServerPlan)> ExplainAsync(
        SqlSessions sessions,
        SearchQuery query,
        string text,
        HybridOptions options,
        CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await VectorSearch.GuardAsync(query, async () =>
            {
                var plan = await PlanAsync(session, query, text, options, cancellationToken).ConfigureAwait(false);
                var lines = await SearchBatch.RunAsync(
                    session,
                    query,
                    plan.Settings,
                    Statement(query, plan, $"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {plan.Sql}"),
                    reader => reader.GetString(0),
                    cancellationToken).ConfigureAwait(false);
                return (plan, string.Join('\n', lines));
            }).ConfigureAwait(false);
        }
    }

    private static async Task<HybridPlan> PlanAsync(
        SqlSession session,
        SearchQuery query,
        string text,
        HybridOptions options,
        CancellationToken cancellationToken)
    {
        var command = SearchPlanner.Command(
            query,
            "plan, reason, settings::text, terms, weights, statement",
            "plan_hybrid",
            options.ToJson(),
            // A NUL is no part of a word, and PostgreSQL takes none.
            text.Replace('\0', ' '));
        var plans = await SearchBatch.RunAsync(session, query, "{}", command, Read, cancellationToken).ConfigureAwait(false);
        return plans[0];
    }

    private static HybridPlan Read(NpgsqlDataReader reader) => new(
        SearchPlanner.Kind(reader.GetString(0)),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetFieldValue<string[]>(3),
        reader.GetFieldValue<double[]>(4),
        reader.GetString(5));

    private static NpgsqlBatchCommand Statement(SearchQuery query, HybridPlan plan, string sql)
    {
        var statement = new NpgsqlBatchCommand(sql);
        query.CopyTo(statement.Parameters);
        if (plan.Terms.Count == 0)
            return statement;
        statement.Parameters.Add(new NpgsqlParameter { Value = plan.Terms.ToArray() });
        statement.Parameters.Add(new NpgsqlParameter { Value = plan.Weights.ToArray() });
        return statement;
    }
}
