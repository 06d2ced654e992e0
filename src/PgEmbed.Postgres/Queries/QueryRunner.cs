using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Npgsql;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Telemetry;

namespace PgEmbed.Postgres.Queries;

/// <summary>
/// Runs queries: makes the vectors, plans, gives rows as they come, and tells of it. A query that meets the switch of its
/// collection to another space is asked again there, once, where its vector can be made there.
/// </summary>
internal sealed class QueryRunner(SqlSessions sessions, CollectionContext context)
{
    /// <summary>Runs the queries of a source.</summary>
    /// <param name="source">What is looked for.</param>
    /// <param name="build">Makes the query of a vector, and says what its rows are.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows of each query in turn, with the query's place.</returns>
    public IAsyncEnumerable<(int Query, SearchHit<TResult> Hit)> RunAsync<TResult>(
        QuerySource source,
        Func<CollectionState, SpaceVector, (SearchQuery Query, Projection<TResult> Projection)> build,
        CancellationToken cancellationToken) =>
        CollectionOperation.StreamAsync(
            "search",
            context.State.Info,
            operation => HitsAsync(source, build, operation, cancellationToken),
            cancellationToken);

    private async IAsyncEnumerable<(int Query, SearchHit<TResult> Hit)> HitsAsync<TResult>(
        QuerySource source,
        Func<CollectionState, SpaceVector, (SearchQuery Query, Projection<TResult> Projection)> build,
        CollectionOperation operation,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var state = context.State;
        for (var canFollow = source.CanFollow; ; canFollow = false)
        {
            var vectors = await source.VectorsAsync(sessions, state, cancellationToken).ConfigureAwait(false);
            if (vectors.Count == 0)
                yield break;
            var built = vectors.Select(vector => build(state, vector)).ToList();
            var hits = VectorSearch.StreamAsync(
                sessions,
                [.. built.Select(b => b.Query)],
                plan => Planned(plan, built[0].Query, operation),
                built[0].Projection.Reader,
                cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (hits.ConfigureAwait(false))
            {
                var any = false;
                CollectionState? followed = null;
                try
                {
                    any = await hits.MoveNextAsync().ConfigureAwait(false);
                }
                catch (SpaceMismatchException e) when (canFollow && e.InnerException is PostgresException)
                {
                    // The server checks the space before it gives a row, so that none is given twice.
                    followed = await context.RefreshAsync(state, cancellationToken).ConfigureAwait(false);
                    if (followed is null)
                        throw;
                }

                if (followed is not null)
                {
                    state = followed;
                    continue;
                }

                if (any)
                    operation.Stepped(hits.Current.Step);
                var rows = 0L;
                for (; any; any = await hits.MoveNextAsync().ConfigureAwait(false))
                {
                    rows++;
                    yield return (hits.Current.Query, hits.Current.Hit);
                }

                CollectionLog.Searched(context.Logger, state.Info.Name, rows, operation.Elapsed.TotalMilliseconds);
                yield break;
            }
        }
    }

    /// <summary>Says what statement a query comes to.</summary>
    public async Task<SearchStatement> StatementAsync(
        QuerySource source, Func<CollectionState, SpaceVector, SearchQuery> build, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(source, build, cancellationToken).ConfigureAwait(false);
        var plan = await VectorSearch.PlanAsync(sessions, query, cancellationToken).ConfigureAwait(false);
        using var command = new NpgsqlCommand();
        query.CopyTo(command.Parameters);
        var parameters = command.Parameters.ToArray();
        command.Parameters.Clear();
        return new SearchStatement(plan.Sql, parameters, plan);
    }

    /// <summary>Runs a query and says how.</summary>
    public async Task<(SearchPlan Plan, string ServerPlan)> ExplainAsync(
        QuerySource source, Func<CollectionState, SpaceVector, SearchQuery> build, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(source, build, cancellationToken).ConfigureAwait(false);
        return await VectorSearch.ExplainAsync(sessions, query, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SearchQuery> QueryAsync(
        QuerySource source, Func<CollectionState, SpaceVector, SearchQuery> build, CancellationToken cancellationToken)
    {
        var state = context.State;
        var vectors = await source.VectorsAsync(sessions, state, cancellationToken).ConfigureAwait(false);
        return build(state, vectors[0]);
    }

    private void Planned(SearchPlan plan, SearchQuery query, CollectionOperation operation)
    {
        operation.Planned(plan, query.K);
        var logger = context.Logger;
        CollectionLog.Searching(logger, query.Collection.Name, query.K, plan.Kind, plan.Reason, plan.Sql);
        if (context.Options.LogValues && logger.IsEnabled(LogLevel.Trace))
            CollectionLog.Values(logger, query.Collection.Name, ParameterText.Of(query));
    }
}
