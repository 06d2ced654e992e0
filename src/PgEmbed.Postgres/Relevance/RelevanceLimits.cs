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
        var batch = session.Connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            foreach (var query in asking)
                batch.BatchCommands.Add(
                    new NpgsqlBatchCommand("SELECT pgembed.distance_limit($1, ROW($2, $3)::pgembed.space_vector, $4)")
                    {
                        Parameters =
                        {
                            new() { Value = query.Collection.Name },
                            new() { Value = query.Collection.Store.Space.Id },
                            query.VectorParameter.Clone(),
                            new() { Value = query.Options.MinRelevance },
                        },
                    });
            try
            {
                var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    foreach (var query in asking)
                    {
                        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                        query.LimitDistance(Math.Clamp(reader.GetDouble(0), -Farthest, Farthest));
                        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
            }
            catch (PostgresException e) when (ServerRefusal.Is(e) && e.SqlState != VectorSearch.SpaceMismatch)
            {
                throw ServerRefusal.Of(e);
            }
        }
    }
}
