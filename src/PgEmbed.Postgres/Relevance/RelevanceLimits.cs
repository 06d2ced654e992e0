using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Relevance;

/// <summary>
/// Turns the least relevance that searches ask for into the largest distance, which is another for each query: the server
/// looks at the query's neighbourhood in the round trip of the search's first step. What was fitted is kept for some
/// seconds, so that a search by relevance takes one plain statement more. Searches that ask for none cost nothing.
/// </summary>
internal sealed class RelevanceLimits
{
    private const long KeptMilliseconds = 10_000;

    private static readonly ConditionalWeakTable<object, RelevanceLimits> Kept = [];

    private readonly long _asked = Environment.TickCount64;
    private readonly double _intercept;
    private readonly double _nearness;
    private readonly double _distinctness;
    private readonly string _sql;

    private RelevanceLimits(NpgsqlDataReader reader)
    {
        StoreId = reader.GetInt32(0);
        Settings = JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(1))!;
        _sql = reader.GetString(2);
        _intercept = reader.GetDouble(3);
        _nearness = reader.GetDouble(4);
        _distinctness = reader.GetDouble(5);
    }

    /// <summary>The store whose vectors are looked at.</summary>
    public int StoreId { get; }

    /// <summary>The settings that the statements need.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>What the least relevance of searches in one collection comes to; null where they ask for none.</summary>
    /// <exception cref="PgEmbedException">The collection's relevance was not fitted.</exception>
    /// <exception cref="PostgresException">Another space serves the collection by now.</exception>
    public static async Task<RelevanceLimits?> OfAsync(
        SqlSession session, IReadOnlyList<SearchQuery> queries, CancellationToken cancellationToken)
    {
        var query = queries[0];
        if (query.Options.MinRelevance is null)
            return null;
        // Within the caller's transaction an error is his, so nothing is tried there that could name what is there no more.
        if (!session.IsJoined && Kept.TryGetValue(query.Collection, out var kept)
            && Environment.TickCount64 - kept._asked < KeptMilliseconds)
            return kept;
        try
        {
            var limits = await AskAsync(session, query, cancellationToken).ConfigureAwait(false);
            Kept.AddOrUpdate(query.Collection, limits);
            return limits;
        }
        catch (PostgresException e) when (ServerRefusal.Is(e) && e.SqlState != VectorSearch.SpaceMismatch)
        {
            throw ServerRefusal.Of(e);
        }
    }

    /// <summary>Forgets what was fitted for a query's collection.</summary>
    public static void Forget(SearchQuery query) => Forget(query.Collection);

    /// <inheritdoc cref="Forget(SearchQuery)"/>
    public static void Forget(CollectionInfo collection) => Kept.Remove(collection);

    /// <summary>The statements that give each query the distance that its least relevance comes to.</summary>
    public IEnumerable<SearchBatchPart> Parts(IEnumerable<SearchQuery> queries) => queries.Select(query =>
        new SearchBatchPart(
            new NpgsqlBatchCommand(_sql) { Parameters = { query.VectorParameter } },
            reader => query.LimitDistance(DistanceOf(
                query.Options.MinRelevance!.Value,
                reader.IsDBNull(0) ? default : new QueryNeighborhood(reader.GetDouble(0), reader.GetDouble(1))))));

    private static async Task<RelevanceLimits> AskAsync(
        SqlSession session, SearchQuery query, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            """
            SELECT n.store_id, n.settings::text, n.statement, f.intercept, f.nearness, f.distinctness
            FROM pgembed.fitted_relevance($1, $2) f CROSS JOIN LATERAL pgembed.neighborhood_parts($1, f.neighbors) n
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = query.Collection.Name },
                new NpgsqlParameter<Guid> { TypedValue = query.Collection.Store.Space.Id },
            },
        };
        var read = await SearchBatch.RunAsync(
            session, SearchBatch.RequireSpace(query), [command], reader => new RelevanceLimits(reader), cancellationToken)
            .ConfigureAwait(false);
        return read![0][0];
    }

    // The largest distance at which a row still has a relevance. As pgembed.distance_limit has it.
    private double DistanceOf(double relevance, QueryNeighborhood neighborhood)
    {
        var (intercept, slope) = neighborhood.IsFlat
            ? (_intercept, _nearness)
            : (_intercept + (_distinctness * neighborhood.Mean / neighborhood.Deviation),
                _nearness + (_distinctness / neighborhood.Deviation));
        var logit = Math.Log(relevance / (1 - relevance));
        if (slope > 0)
            return (intercept - logit) / slope;
        return intercept >= logit ? double.PositiveInfinity : double.NegativeInfinity;
    }
}
