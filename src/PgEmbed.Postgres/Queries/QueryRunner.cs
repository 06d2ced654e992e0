using Microsoft.Extensions.Logging;
using Npgsql;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Telemetry;

namespace PgEmbed.Postgres.Queries;

/// <summary>Runs queries: gets their vectors, runs the searches together, and tells of it.</summary>
internal static class QueryRunner
{
    /// <summary>Runs the queries of a source, all in one round trip.</summary>
    /// <param name="context">The collection.</param>
    /// <param name="source">What is looked for.</param>
    /// <param name="build">Makes the search of a vector.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="cancellationToken">Stops it, on the server too.</param>
    /// <returns>What each found, in the order of the source.</returns>
    public static async Task<IReadOnlyList<SearchResult<T>>> RunAsync<T>(
        CollectionContext context,
        QuerySource source,
        Func<SpaceVector, SearchQuery> build,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var vectors = await source.VectorsAsync(context, cancellationToken).ConfigureAwait(false);
        if (vectors.Vectors.Count == 0)
            return [];
        var queries = new SearchQuery[vectors.Vectors.Count];
        for (var i = 0; i < queries.Length; i++)
            queries[i] = build(vectors.Vectors[i]);
        // The conventions count the database's time: the model's, before, is not in it.
        return await CollectionOperation.RunAsync("search", context, async operation =>
        {
            operation.Batched(queries.Length);
            if (vectors.TruncatedTexts.Count > 0)
                operation.Tell("pgembed.queries_truncated", vectors.TruncatedTexts.Count);
            var (plan, hits) = await VectorSearch.RunManyAsync(context.Sessions, queries, read, cancellationToken)
                .ConfigureAwait(false);
            var rows = hits.Sum(h => h.Count);
            operation.Planned(plan, queries[0].K);
            operation.Returned(rows);
            Log(context, queries, plan, rows, operation.Elapsed);
            var results = new SearchResult<T>[hits.Length];
            for (var i = 0; i < results.Length; i++)
                results[i] = new SearchResult<T>(hits[i], plan, vectors.TruncatedTexts.Contains(i));
            return results;
        }).ConfigureAwait(false);
    }

    /// <summary>Says what statement the query of a source comes to.</summary>
    public static async Task<SearchStatement> StatementAsync(
        CollectionContext context,
        QuerySource source,
        Func<SpaceVector, SearchQuery> build,
        CancellationToken cancellationToken)
    {
        var query = build(await VectorAsync(context, source, cancellationToken).ConfigureAwait(false));
        var plan = await VectorSearch.PlanAsync(context.Sessions, query, cancellationToken).ConfigureAwait(false);
        using var command = new NpgsqlCommand();
        query.CopyTo(command.Parameters, context.Info.Store.Codec);
        NpgsqlParameter[] parameters = [.. command.Parameters.Cast<NpgsqlParameter>()];
        // A parameter can be of one command only; these are the caller's.
        command.Parameters.Clear();
        return new SearchStatement(plan.Sql, parameters, plan);
    }

    /// <summary>Runs the query of a source and says how.</summary>
    public static async Task<(SearchPlan Plan, string ServerPlan)> ExplainAsync(
        CollectionContext context,
        QuerySource source,
        Func<SpaceVector, SearchQuery> build,
        CancellationToken cancellationToken)
    {
        var query = build(await VectorAsync(context, source, cancellationToken).ConfigureAwait(false));
        return await VectorSearch.ExplainAsync(context.Sessions, query, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<SpaceVector> VectorAsync(
        CollectionContext context, QuerySource source, CancellationToken cancellationToken) =>
        (await source.VectorsAsync(context, cancellationToken).ConfigureAwait(false)).Vectors[0];

    private static void Log(
        CollectionContext context, SearchQuery[] queries, SearchPlan plan, int rows, TimeSpan elapsed)
    {
        CollectionLog.Searched(
            context.Logger,
            context.Info.Name,
            queries[0].K,
            plan.Kind,
            plan.Reason,
            rows,
            queries.Length,
            elapsed.TotalMilliseconds,
            plan.Sql);
        if (!context.LogValues || !context.Logger.IsEnabled(LogLevel.Trace))
            return;
        foreach (var query in queries)
            CollectionLog.Values(context.Logger, context.Info.Name, ParameterText.Of(query));
    }
}
