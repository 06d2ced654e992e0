using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Relevance;

/// <summary>
/// Turns the least relevance that searches ask for into the largest distance, which is another for each query: the server
/// looks at the query's neighbourhood, for all of them in one round trip. Searches that ask for none cost nothing.
/// </summary>
internal static class RelevanceLimits
{
    // Within what JSON has a number for; pgembed.with_distance_limit has the same.
    private const double Farthest = 1e300;

    /// <summary>Gives each query that asks for a least relevance the distance that it comes to.</summary>
    /// <exception cref="PgEmbedException">The collection's relevance was not fitted.</exception>
    /// <exception cref="PostgresException">Another space serves the collection by now.</exception>
    public static async Task ApplyAsync(
        SqlSession session, IEnumerable<SearchQuery> queries, CancellationToken cancellationToken)
    {
        var asking = queries.Where(query => query.Options.MinRelevance is not null).ToList();
        if (asking.Count == 0)
            return;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var model = await RelevanceStatement.GetAsync(session, asking[0], cancellationToken).ConfigureAwait(false);
                var settings = new Dictionary<string, string>
                {
                    ["hnsw.ef_search"] = model.EfSearch.ToString(CultureInfo.InvariantCulture),
                    ["jit"] = "off",
                };
                var neighborhoods = await SearchBatch.RunAsync(
                    session,
                    SearchBatch.Prepare(asking[0], model.StoreId, settings),
                    [.. asking.Select(query => new NpgsqlBatchCommand(model.Sql) { Parameters = { query.VectorParameter.Clone() } })],
                    reader => reader.IsDBNull(0) ? default : new QueryNeighborhood(reader.GetDouble(0), reader.GetDouble(1)),
                    cancellationToken).ConfigureAwait(false);
                if (neighborhoods is not null)
                {
                    foreach (var (query, neighborhood) in asking.Zip(neighborhoods))
                        query.LimitDistance(Math.Clamp(
                            model.DistanceOf(query.Options.MinRelevance!.Value, neighborhood[0]), -Farthest, Farthest));
                    return;
                }

                // Another store serves by now.
                RelevanceStatement.Forget(asking[0]);
                if (attempt == 3)
                    throw VectorSearch.Unsettled(asking[0]);
            }
        }
        catch (PostgresException e) when (ServerRefusal.Is(e) && e.SqlState != VectorSearch.SpaceMismatch)
        {
            throw ServerRefusal.Of(e);
        }
    }
}
