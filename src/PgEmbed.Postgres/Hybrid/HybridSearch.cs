using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Telemetry;

namespace PgEmbed.Postgres.Hybrid;

/// <summary>Runs hybrid searches, each in one round trip.</summary>
internal static class HybridSearch
{
    // The SQLSTATE by which the server refuses a vector of another space than the collection's.
    private const string SpaceMismatch = "PE001";

    /// <summary>Runs a query of a collection's to its end, and tells of it.</summary>
    /// <inheritdoc cref="RunAsync{T}(SqlSessions, HybridQuery, Func{NpgsqlDataReader, T}, CancellationToken)"/>
    /// <param name="context">The collection.</param>
    /// <param name="query">The query.</param>
    /// <param name="read">Reads a row; its columns begin at <see cref="HybridQuery.Figures"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<List<HybridHit<T>>> RunAsync<T>(
        CollectionContext context, HybridQuery query, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        CollectionOperation.RunAsync("hybrid_search", context, async operation =>
        {
            operation.Fused(query.Fusion, query.K);
            var hits = await RunAsync(context.Sessions, query, read, cancellationToken).ConfigureAwait(false);
            operation.Returned(hits.Count);
            CollectionLog.HybridSearched(
                context.Logger, context.Info.Name, query.K, query.Fusion, hits.Count, operation.Elapsed.TotalMilliseconds);
            return hits;
        });

    /// <summary>Runs a query to its end.</summary>
    /// <param name="sessions">Where it runs.</param>
    /// <param name="query">The query.</param>
    /// <param name="read">Reads a row; its columns begin at <see cref="HybridQuery.Figures"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>min(k, rows that match and have a vector) rows, the best first.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    /// <exception cref="PgEmbedException">There is no text index.</exception>
    public static Task<List<HybridHit<T>>> RunAsync<T>(
        SqlSessions sessions, HybridQuery query, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        ReadAsync(
            sessions,
            query,
            query.Search,
            reader => new HybridHit<T>(read(reader), reader.GetDouble(0), reader.GetDouble(1), reader.GetDouble(2)),
            cancellationToken);

    /// <summary>Runs a query and says what happened.</summary>
    /// <returns>What <c>pgembed.explain_hybrid</c> says.</returns>
    /// <inheritdoc cref="RunAsync{T}(SqlSessions, HybridQuery, Func{NpgsqlDataReader, T}, CancellationToken)"/>
    public static async Task<IReadOnlyList<(string Aspect, string Value)>> ExplainAsync(
        SqlSessions sessions, HybridQuery query, CancellationToken cancellationToken) =>
        await ReadAsync(
            sessions, query, query.Explain, reader => (reader.GetString(0), reader.GetString(1)), cancellationToken)
            .ConfigureAwait(false);

    private static async Task<List<T>> ReadAsync<T>(
        SqlSessions sessions,
        HybridQuery query,
        Func<NpgsqlConnection, NpgsqlCommand> make,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var command = make(session.Connection);
            await using (command.ConfigureAwait(false))
            {
                try
                {
                    var rows = new List<T>();
                    var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                            rows.Add(read(reader));
                    }

                    return rows;
                }
                catch (PostgresException e) when (e.SqlState == SpaceMismatch)
                {
                    throw new SpaceMismatchException(
                        $"that collection '{query.Collection.Name}' is served from now",
                        query.Collection.Store.Space.ToString(),
                        e);
                }
                catch (PostgresException e) when (ServerRefusal.Is(e))
                {
                    throw ServerRefusal.Of(e);
                }
            }
        }
    }
}
