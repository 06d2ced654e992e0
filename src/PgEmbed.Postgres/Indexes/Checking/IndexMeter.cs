using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Indexes.Checking;

/// <summary>
/// Measures searches through an index against exact ones. Each search is run twice: under EXPLAIN (ANALYZE, BUFFERS) for
/// the pages it reads and for the proof that the index was used, which also brings those pages into memory; then as a
/// user's, for its rows and its time.
/// </summary>
internal sealed class IndexMeter(
    NpgsqlConnection connection, IndexTarget target, IReadOnlySet<string> indexNames, int k)
{
    private readonly NearestSql _sql = new(target, k);

    /// <summary>The exact distances of each query, nearest first, and the median time in milliseconds.</summary>
    public async Task<(IReadOnlyList<double[]> Distances, double Milliseconds)> ExactAsync(
        IReadOnlyList<QueryVector> queries, string? filter, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // A filter may call functions; measuring writes nothing, whatever they do.
            await connection.ExecuteAsync("SET LOCAL transaction_read_only = on", [], cancellationToken)
                .ConfigureAwait(false);
            var found = new List<double[]>(queries.Count);
            var times = new List<double>(queries.Count);
            foreach (var query in queries)
            {
                var watch = Stopwatch.StartNew();
                found.Add(await DistancesAsync(_sql.Exact(filter), query, cancellationToken).ConfigureAwait(false));
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            return (found, Quantile(times, 0.5));
        }
    }

    /// <summary>Runs the queries through the index.</summary>
    /// <exception cref="PgEmbedException">The server doesn't use the index for them.</exception>
    public async Task<IndexMeasure> MeasureAsync(
        IReadOnlyList<QueryVector> queries,
        IReadOnlyList<double[]> exact,
        string? filter,
        int efSearch,
        CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await SetAsync(filter, efSearch, cancellationToken).ConfigureAwait(false);
            var sql = _sql.ByIndex(filter);
            List<double> recalls = [], returned = [], times = [], pages = [];
            for (var i = 0; i < queries.Count; i++)
            {
                pages.Add(await PagesAsync(sql, queries[i], cancellationToken).ConfigureAwait(false));
                var watch = Stopwatch.StartNew();
                var found = await DistancesAsync(sql, queries[i], cancellationToken).ConfigureAwait(false);
                times.Add(watch.Elapsed.TotalMilliseconds);
                recalls.Add(NeighborRecall.Of(exact[i], found));
                returned.Add(exact[i].Length == 0 ? 1 : (double)found.Length / exact[i].Length);
            }

            return new IndexMeasure(
                filter,
                efSearch,
                recalls.Average(),
                NeighborRecall.Interval(recalls),
                returned.Average(),
                Quantile(times, 0.5),
                Quantile(times, 0.95),
                Quantile(pages, 0.5)) { Recalls = recalls };
        }
    }

    private static double Quantile(List<double> values, double share) =>
        values.Order().ElementAt(Math.Clamp((int)Math.Ceiling(share * values.Count) - 1, 0, values.Count - 1));

    // What keeps the planner from the index is taken from it: it is the index that is measured, not the planner.
    private Task<int> SetAsync(string? filter, int efSearch, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            """
            SELECT set_config('hnsw.ef_search', $1, true), set_config('hnsw.iterative_scan', $2, true),
                   set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
                   set_config('enable_sort', 'off', true), set_config('jit', 'off', true),
                   set_config('transaction_read_only', 'on', true)
            """,
            [efSearch.ToString(CultureInfo.InvariantCulture), filter is null ? "off" : "relaxed_order"],
            cancellationToken);

    private async Task<double[]> DistancesAsync(string sql, QueryVector query, CancellationToken cancellationToken)
    {
        var command = connection.Command(sql, query.Parameter(target));
        command.CommandTimeout = 0;
        await using (command.ConfigureAwait(false))
        {
            var found = new List<double>(k);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    // A NULL vector has no distance, a zero one under cosine none that is a number: neither is a neighbour.
                    if (!await reader.IsDBNullAsync(0, cancellationToken).ConfigureAwait(false)
                        && reader.GetDouble(0) is var distance && !double.IsNaN(distance))
                        found.Add(distance);
                }
            }

            return [.. found];
        }
    }

    private async Task<double> PagesAsync(string sql, QueryVector query, CancellationToken cancellationToken)
    {
        var command = connection.Command($"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", query.Parameter(target));
        command.CommandTimeout = 0;
        await using (command.ConfigureAwait(false))
        {
            var text = (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            using var explained = JsonDocument.Parse(text);
            var plan = explained.RootElement[0].GetProperty("Plan");
            var used = Nodes(plan)
                .Select(node => node.TryGetProperty("Index Name", out var name) ? name.GetString() : null)
                .OfType<string>().ToList();
            if (!used.Exists(indexNames.Contains))
                throw new PgEmbedException(
                    $"Expected the server to search {target.TableSql} through its index, found that it would not, though "
                    + $"nothing else was left to it: {string.Join(" over ", Nodes(plan).Select(Type))}"
                    + $"{string.Concat(used.Select(name => $", by {name}"))}.",
                    used.Count > 0
                        ? "Another index serves the same searches, and the server takes that for the cheaper one: check that, or "
                            + "drop one of the two."
                        : "Without statistics that is so for a table just filled: run ANALYZE. A filter with a volatile "
                            + "function keeps indexes out.");
            return Number("Shared Hit Blocks") + Number("Shared Read Blocks")
                + Number("Local Hit Blocks") + Number("Local Read Blocks");

            double Number(string property) => plan.TryGetProperty(property, out var value) ? value.GetDouble() : 0;
        }

        static string Type(JsonElement node) => node.GetProperty("Node Type").GetString()!;

        static IEnumerable<JsonElement> Nodes(JsonElement node) => node.TryGetProperty("Plans", out var inner)
            ? [node, .. inner.EnumerateArray().SelectMany(Nodes)]
            : [node];
    }
}
