using System.Text.Json;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search;

/// <summary>
/// Chooses the search plan. Of N vectors r pass the filter. Ranking all that pass costs r; through the index about
/// k · N / r rows are looked at until k pass, each some ten times as dear, for it is found by a walk through the graph.
/// So the exact plan is the cheaper one while r² ≤ 10 · k · N, and it is exact.
/// </summary>
internal static class SearchPlanner
{
    private const double IndexRowCost = 10;
    private const int DefaultMaxScanTuples = 20_000;

    public static async Task<SearchPlan> ChooseAsync(
        NpgsqlConnection connection, SearchQuery query, CancellationToken cancellationToken)
    {
        var (matching, stored) = await EstimateAsync(connection, query, cancellationToken).ConfigureAwait(false);
        return Choose(query, matching, stored);
    }

    public static SearchPlan Choose(SearchQuery query, double matching, double stored)
    {
        if (query.Options.Exact || matching * matching <= IndexRowCost * query.K * stored)
            return Exact(query, matching, stored, fellBack: false);
        var efSearch = query.Options.EfSearch ?? Math.Clamp(2 * query.K, 100, SearchOptions.MaxEfSearch);
        // Twice what the estimate asks for: where the filter goes against the query's neighbourhood, more are looked at.
        var scanned = 2 * query.K * stored / Math.Max(1, matching);
        return new SearchPlan(
            query.Filter is null ? SearchPlanKind.Index : SearchPlanKind.IterativeIndex,
            matching,
            stored,
            efSearch,
            (int)Math.Clamp(scanned, DefaultMaxScanTuples, int.MaxValue),
            FellBack: false,
            SearchSql.ByIndex(query));
    }

    public static SearchPlan Exact(SearchQuery query, double matching, double stored, bool fellBack) =>
        new(SearchPlanKind.Exact, matching, stored, 0, 0, fellBack, SearchSql.Exact(query));

    private static async Task<(double Matching, double Stored)> EstimateAsync(
        NpgsqlConnection connection, SearchQuery query, CancellationToken cancellationToken)
    {
        var batch = connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            // The space is checked in the same round trip: an upgrade may have switched the collection's since.
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pgembed.require_space($1, $2)")
            {
                Parameters =
                {
                    new() { Value = query.Collection.Name },
                    new() { Value = query.Collection.Store.Space.Id },
                },
            });
            var filter = new NpgsqlBatchCommand(SearchSql.ExplainFilter(query));
            query.Parameters.CopyTo(filter.Parameters);
            batch.BatchCommands.Add(filter);
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SearchSql.ExplainStore(query)));
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var matching = await NextPlanRowsAsync(reader, cancellationToken).ConfigureAwait(false);
                var stored = await NextPlanRowsAsync(reader, cancellationToken).ConfigureAwait(false);
                // A row without text has no vector, so no more rows can match than there are vectors.
                return (Math.Min(matching, stored), stored);
            }
        }
    }

    private static async Task<double> NextPlanRowsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        using var plan = JsonDocument.Parse(reader.GetString(0));
        return plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }
}
