using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Checking;

/// <summary>
/// Queries made of stored rows. A row as it is finds itself, and its links lead there, so it would be found too easily:
/// each is moved by the distance at which a typical row has its nearest neighbour.
/// </summary>
internal static class QuerySample
{
    private const int Looked = 20;

    /// <summary>Takes rows and moves them.</summary>
    /// <returns>The queries, and what they are in words; none where the table has no vectors.</returns>
    public static async Task<(IReadOnlyList<QueryVector> Queries, string Source)> TakeAsync(
        NpgsqlConnection connection, IndexTarget target, int count, long rows, int seed, CancellationToken cancellationToken)
    {
        var stored = await ReadAsync(connection, target, count, rows, seed, cancellationToken).ConfigureAwait(false);
        var cosine = target.OperatorClass.Metric == IndexMetric.Cosine;
        stored = [.. stored.Where(query => !(cosine && query.IsZero))];
        var near = new List<double>();
        foreach (var query in stored.Take(Looked))
        {
            if (await NearestAsync(connection, target, query, cancellationToken).ConfigureAwait(false) is { } distance)
                near.Add(distance);
        }

        near.Sort();
        var moved = near.Count == 0 ? 0 : near[near.Count / 2];
#pragma warning disable CA5394 // No secret: the same seed is to give the same queries.
        var random = new Random(seed);
#pragma warning restore CA5394
        return (
            [.. stored.Select(query => query.Moved(moved, random))],
            string.Create(
                CultureInfo.InvariantCulture,
                $"{stored.Count} stored rows, each moved by {moved:0.####}, which is how far a typical row's nearest neighbour is"));
    }

    private static async Task<List<QueryVector>> ReadAsync(
        NpgsqlConnection connection, IndexTarget target, int count, long rows, int seed, CancellationToken cancellationToken)
    {
        // Some more than needed are drawn, since it is drawn row by row.
        var share = rows == 0 ? 100 : Math.Min(100, 100.0 * ((2 * count) + 100) / rows);
        var column = SqlName.Quote(target.Column);
        var command = connection.Command(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT {column} FROM {target.TableSql} TABLESAMPLE BERNOULLI ({share}) REPEATABLE ({seed})
            WHERE {column} IS NOT NULL{Condition(target)}
            """));
        command.CommandTimeout = 0;
        await using (command.ConfigureAwait(false))
        {
            var found = new List<QueryVector>();
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    found.Add(QueryVector.Read(reader, 0));
            }

            // They come in the table's order, so not just the first of them.
#pragma warning disable CA5394 // No secret.
            var random = new Random(seed);
            var all = found.ToArray();
            random.Shuffle(all);
#pragma warning restore CA5394
            return [.. all.Take(count)];
        }
    }

    private static string Condition(IndexTarget target) => target.Filter is null ? "" : $" AND (\n{target.Filter}\n)";

    // The nearest that is not the row itself or its double.
    private static async Task<double?> NearestAsync(
        NpgsqlConnection connection, IndexTarget target, QueryVector query, CancellationToken cancellationToken)
    {
        var symbol = target.ColumnType == IndexedType.Bit ? "<~>" : "<->";
        var operation = $"OPERATOR({SqlName.Quote(target.Extension.Schema)}.{symbol})";
        var column = SqlName.Quote(target.Column);
        var command = connection.Command(
            $"""
            SELECT min(d) FROM (SELECT {column} {operation} $1::{target.ColumnTypeSql} AS d FROM {target.TableSql}
                WHERE true{Condition(target)}) n
            WHERE d > 0
            """,
            query.Parameter(target));
        command.CommandTimeout = 0;
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as double?;
    }
}
