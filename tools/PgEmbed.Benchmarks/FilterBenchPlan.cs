using Npgsql;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Benchmarks;

/// <summary>
/// A search as one who knows pgvector writes it by hand: one statement, and settings for it, sent together.
/// </summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Settings">The settings and their values.</param>
/// <param name="IsExact">Whether all that pass are ranked; otherwise the index is asked.</param>
internal sealed record FilterBenchPlan(string Name, IReadOnlyDictionary<string, string> Settings, bool IsExact = false)
{
    // A plan that takes longer counts as one that gives no rows.
    private static readonly KeyValuePair<string, string> Timeout = new("statement_timeout", "3s");

    private const string Columns = "t.id, t.kind, t.text, t.lot, t.place";

    /// <summary>Every row that passes, ranked.</summary>
    public static readonly FilterBenchPlan Exact = new("exact", new Dictionary<string, string>(), IsExact: true);

    /// <summary>All that are compared.</summary>
    public static IReadOnlyList<FilterBenchPlan> All { get; } =
    [
        Exact,
        .. new[] { 40, 100, 200, 400, 1_000 }.Select(ef => new FilterBenchPlan($"index, ef {ef}", Ef(ef))),
        .. new[] { 40, 100, 200, 400, 1_000 }.Select(ef => new FilterBenchPlan(
            $"relaxed, ef {ef}", Ef(ef, ("hnsw.iterative_scan", "relaxed_order")))),
        new("strict, ef 100", Ef(100, ("hnsw.iterative_scan", "strict_order"))),
        new(
            "relaxed, ef 200, far",
            Ef(200, ("hnsw.iterative_scan", "relaxed_order"), ("hnsw.max_scan_tuples", "200000"), ("hnsw.scan_mem_multiplier", "16"))),
    ];

    /// <summary>Runs it.</summary>
    /// <returns>The key and distance of each row that it gave.</returns>
    public async Task<List<(int Id, double Distance)>> RunAsync(
        NpgsqlConnection connection,
        CollectionInfo collection,
        FilterBenchQuery query,
        (string Column, double From, double To)? filter,
        int k,
        CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        if (!IsExact)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                "SELECT " + string.Join(", ", Settings.Append(Timeout).Select(s => $"set_config('{s.Key}', '{s.Value}', true)"))));
        var search = new NpgsqlBatchCommand(Sql(collection, filter?.Column, k))
        {
            Parameters = { new() { Value = query.Vector.Values, DataTypeName = $"{collection.Extension.Schema}.vector" } },
        };
        if (filter is var (_, from, to))
        {
            search.Parameters.Add(new() { Value = from });
            search.Parameters.Add(new() { Value = to });
        }

        batch.BatchCommands.Add(search);
        try
        {
            return await ReadAsync(batch, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !IsExact)
        {
            return [];
        }
    }

    private async Task<List<(int Id, double Distance)>> ReadAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var rows = new List<(int, double)>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!IsExact)
            await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetInt32(1), reader.GetDouble(0)));
            // As a user would, it takes the row, too.
            _ = new FilterBenchText
            {
                Id = reader.GetInt32(1),
                Kind = reader.GetString(2),
                Text = reader.GetString(3),
                Lot = reader.GetDouble(4),
                Place = reader.GetDouble(5),
            };
        }

        return rows;
    }

    private static Dictionary<string, string> Ef(int ef, params (string Name, string Value)[] more) =>
        more.Append(("hnsw.ef_search", $"{ef}")).ToDictionary(s => s.Item1, s => s.Item2);

    private string Sql(CollectionInfo collection, string? column, int k)
    {
        var passing = $"FROM {collection.Store.Sql} s JOIN texts t ON t.id = s.key_1"
            + (column is null ? "" : $" WHERE t.{column} >= $2 AND t.{column} < $3");
        return IsExact
            ? $"""
               WITH passing AS MATERIALIZED (SELECT s.embedding <=> $1 AS distance, {Columns} {passing})
               SELECT * FROM passing ORDER BY distance, id LIMIT {k}
               """
            : $"SELECT s.embedding <=> $1 AS distance, {Columns} {passing} ORDER BY s.embedding <=> $1 LIMIT {k}";
    }
}
