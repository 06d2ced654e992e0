using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Relevance;

/// <summary>
/// A collection's fitted relevance and the statement that looks at a query's neighbourhood. It is kept for some seconds, so
/// that a search by relevance takes one plain statement more, not a planning of all that leads to it.
/// </summary>
internal sealed record RelevanceStatement(
    int StoreId, double Intercept, double Nearness, double Distinctness, int EfSearch, string Sql)
{
    private const long KeptMilliseconds = 10_000;

    private static readonly ConditionalWeakTable<object, Kept> All = [];

    /// <summary>The model of a query's collection: kept, or asked for.</summary>
    /// <exception cref="PostgresException">Relevance was not fitted, or another space serves the collection by now.</exception>
    public static async Task<RelevanceStatement> GetAsync(
        SqlSession session, SearchQuery query, CancellationToken cancellationToken)
    {
        if (All.TryGetValue(query.Collection, out var kept) && Environment.TickCount64 - kept.Asked < KeptMilliseconds)
            return kept.Model;
        var command = session.Connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText =
                """
                SELECT store_id, intercept, nearness, distinctness, ef_search, statement
                FROM pgembed.relevance_parts($1, $2)
                """;
            command.Parameters.Add(new() { Value = query.Collection.Name });
            command.Parameters.Add(new() { Value = query.Collection.Store.Space.Id });
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var model = new RelevanceStatement(
                    reader.GetInt32(0),
                    reader.GetDouble(1),
                    reader.GetDouble(2),
                    reader.GetDouble(3),
                    reader.GetInt32(4),
                    reader.GetString(5));
                All.AddOrUpdate(query.Collection, new Kept(model, Environment.TickCount64));
                return model;
            }
        }
    }

    /// <summary>Forgets the model of a query's collection.</summary>
    public static void Forget(SearchQuery query) => All.Remove(query.Collection);

    /// <summary>
    /// The largest distance at which a row still has a relevance, in the query's neighbourhood. As
    /// <c>pgembed.distance_limit</c> has it.
    /// </summary>
    public double DistanceOf(double relevance, QueryNeighborhood neighborhood)
    {
        var (intercept, slope) = neighborhood.IsFlat
            ? (Intercept, Nearness)
            : (Intercept + (Distinctness * neighborhood.Mean / neighborhood.Deviation),
                Nearness + (Distinctness / neighborhood.Deviation));
        var logit = Math.Log(relevance / (1 - relevance));
        if (slope > 0)
            return (intercept - logit) / slope;
        return intercept >= logit ? double.PositiveInfinity : double.NegativeInfinity;
    }

    private sealed record Kept(RelevanceStatement Model, long Asked);
}
