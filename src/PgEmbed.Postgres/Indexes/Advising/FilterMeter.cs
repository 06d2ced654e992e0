using System.Diagnostics;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Indexes.Advising;

/// <summary>Measures searches as applications make them: by their own plans, against exact ones.</summary>
internal sealed class FilterMeter(NpgsqlDataSource dataSource, CollectionInfo collection, IReadOnlyList<SpaceVector> queries)
{
    private readonly SqlSessions _sessions = new(dataSource);

    /// <summary>Runs all queries under a filter.</summary>
    /// <exception cref="PgEmbedException">The server can't run the filter.</exception>
    public async Task<FilterMeasure> MeasureAsync(SampledFilter filter, CancellationToken cancellationToken)
    {
        List<double> times = [], recalls = [];
        SearchPlan plan = null!;
        try
        {
            foreach (var query in queries)
            {
                var (_, exact, _) = await RunAsync(query, filter, exact: true, cancellationToken).ConfigureAwait(false);
                // The first of two plans and reads from disk; the second is what a busy application sees.
                await RunAsync(query, filter, exact: false, cancellationToken).ConfigureAwait(false);
                (plan, var found, var milliseconds) = await RunAsync(query, filter, exact: false, cancellationToken)
                    .ConfigureAwait(false);
                times.Add(milliseconds);
                recalls.Add(NeighborRecall.Of(exact, found));
            }
        }
        catch (PostgresException e) when (e.SqlState is not PostgresErrorCodes.QueryCanceled)
        {
            throw new PgEmbedException(
                $"Expected a filter that can be run, got: {filter.Text} ({e.MessageText}).",
                "Sampled before a change of the table? Delete it from pgembed.query_sample, or give filters by --filters.",
                e);
        }

        times.Sort();
        return new FilterMeasure(
            filter.Text,
            filter.Weight,
            filter.K,
            plan.MatchingRows,
            plan.Kind.ToString(),
            times[times.Count / 2],
            times[(int)Math.Ceiling(0.95 * times.Count) - 1],
            recalls.Average());
    }

    /// <summary>What an exact search of all rows takes, in milliseconds: the median.</summary>
    public async Task<double> ExactAsync(int k, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        foreach (var query in queries.Take(5))
            times.Add((await RunAsync(query, new SampledFilter(null, null, k, 1), exact: true, cancellationToken)
                .ConfigureAwait(false)).Milliseconds);
        times.Sort();
        return times[times.Count / 2];
    }

    private async Task<(SearchPlan Plan, double[] Distances, double Milliseconds)> RunAsync(
        SpaceVector vector, SampledFilter filter, bool exact, CancellationToken cancellationToken)
    {
        var query = new SearchQuery(
            collection, vector, filter.K, collection.KeyColumns, new SearchOptions { Exact = exact });
        query.Filter = filter.Filter?.ToSql(query.Parameters);
        var watch = Stopwatch.StartNew();
        var (plan, hits) = await VectorSearch.RunAsync(_sessions, query, _ => 0, cancellationToken).ConfigureAwait(false);
        return (plan, [.. hits.Select(hit => hit.Distance)], watch.Elapsed.TotalMilliseconds);
    }
}
