using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;

namespace PgEmbed.Postgres.Search;

/// <summary>
/// Runs a search in two round trips: one to choose the plan, one for the settings and the statement. Npgsql sends a
/// batch as one implicit transaction, so settings local to it hold for the statement beside them and for nothing after,
/// behind a pooler that shares sessions too.
/// </summary>
internal static class VectorSearch
{
    /// <summary>The SQLSTATE by which the server refuses a vector of another space than the collection's.</summary>
    public const string SpaceMismatch = "PE001";

    /// <summary>Runs a query to its end.</summary>
    /// <returns>The plan that gave the rows, and min(k, rows that match) rows, nearest first.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    public static async Task<(SearchPlan Plan, List<SearchHit<T>> Hits)> RunAsync<T>(
        NpgsqlDataSource dataSource,
        SearchQuery query,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var plan = await ChooseAsync(connection, query, cancellationToken).ConfigureAwait(false);
            var hits = await HitsAsync().ConfigureAwait(false);
            if (hits.Count < query.K && plan.Kind != SearchPlanKind.Exact)
            {
                plan = SearchPlanner.Exact(query, plan.MatchingRows, plan.StoredRows, fellBack: true);
                hits = await HitsAsync().ConfigureAwait(false);
            }

            return (plan, hits);

            async Task<List<SearchHit<T>>> HitsAsync()
            {
                var rows = new List<SearchHit<T>>();
                await foreach (var reader in RowsAsync(connection, query, plan, plan.Sql, cancellationToken)
                    .ConfigureAwait(false))
                    rows.Add(new SearchHit<T>(read(reader), reader.GetDouble(0)));
                return rows;
            }
        }
    }

    /// <summary>Chooses a plan and asks the server how it would run it.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="query">The query.</param>
    /// <param name="analyze">Whether to run it and show what happened.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The plan, and the server's own as text.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    public static async Task<(SearchPlan Plan, string ServerPlan)> ExplainAsync(
        NpgsqlDataSource dataSource, SearchQuery query, bool analyze, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var plan = await ChooseAsync(connection, query, cancellationToken).ConfigureAwait(false);
            var explain = $"EXPLAIN ({(analyze ? "ANALYZE, BUFFERS, " : "")}COSTS OFF) {plan.Sql}";
            var lines = new List<string>();
            await foreach (var reader in RowsAsync(connection, query, plan, explain, cancellationToken)
                .ConfigureAwait(false))
                lines.Add(reader.GetString(0));
            return (plan, string.Join('\n', lines));
        }
    }

    private static async Task<SearchPlan> ChooseAsync(
        NpgsqlConnection connection, SearchQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await SearchPlanner.ChooseAsync(connection, query, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == SpaceMismatch)
        {
            throw new SpaceMismatchException(
                $"that collection '{query.Collection.Name}' is served from now",
                query.Collection.Store.Space.ToString(),
                e);
        }
    }

    private static async IAsyncEnumerable<NpgsqlDataReader> RowsAsync(
        NpgsqlConnection connection,
        SearchQuery query,
        SearchPlan plan,
        string sql,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Settings(plan));
            var search = new NpgsqlBatchCommand(sql);
            query.Parameters.CopyTo(search.Parameters);
            batch.BatchCommands.Add(search);
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    yield return reader;
            }
        }
    }

    private static NpgsqlBatchCommand Settings(SearchPlan plan)
    {
        // A filter may call functions; a search writes nothing, whatever they do.
        const string readOnly = "set_config('transaction_read_only', 'on', true)";
        if (plan.Kind == SearchPlanKind.Exact)
            return new NpgsqlBatchCommand($"SELECT {readOnly}");
        return new NpgsqlBatchCommand(
            $"""
            SELECT {readOnly},
                   set_config('hnsw.ef_search', $1, true),
                   set_config('hnsw.iterative_scan', 'relaxed_order', true),
                   set_config('hnsw.max_scan_tuples', $2, true)
            """)
        {
            Parameters =
            {
                new() { Value = plan.EfSearch.ToString(CultureInfo.InvariantCulture) },
                new() { Value = plan.MaxScanTuples.ToString(CultureInfo.InvariantCulture) },
            },
        };
    }
}
