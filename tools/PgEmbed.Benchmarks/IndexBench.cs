using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Benchmarks;

/// <summary>
/// What is worked out before a build, against what it takes: the smallest maintenance_work_mem at which the server does not
/// say that the graph no longer fits, found by bisection, and the size on disk.
/// </summary>
internal static class IndexBench
{
    private static readonly (IndexedType Type, int Dimensions)[] Types =
    [
        (IndexedType.Vector, 256), (IndexedType.Vector, 1_536), (IndexedType.Halfvec, 256), (IndexedType.Halfvec, 1_536),
        (IndexedType.Bit, 1_024), (IndexedType.Sparsevec, 1_000),
    ];

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        await using var database = await IndexBenchDatabase.OpenAsync(cancellationToken);
        var results = new List<IReadOnlyDictionary<string, object>>();
        var rows = quick ? 1_000 : 20_000;
        foreach (var (type, dimensions) in Types)
        {
            // A graph of a few MiB tells little, since memory is counted in MiB; few rows are enough where they are large.
            var count = type is IndexedType.Bit ? 3 * rows : dimensions > 1_000 ? rows / 2 : rows;
            await FillAsync(database, type, dimensions, count, cancellationToken);
            foreach (var m in quick ? (int[])[16] : [8, 16, 32])
            {
                foreach (var workers in (int[])[0, 2])
                    results.Add(await MeasureAsync(database, type, dimensions, m, workers, cancellationToken));
            }
        }

        await database.ExecuteAsync($"DROP TABLE {IndexBenchDatabase.Table}", cancellationToken);
        var (postgres, pgvector) = await database.VersionsAsync(cancellationToken);
        return new BenchReport(
            "index",
            quick,
            Machine.Commit(),
            Machine.This(postgres, pgvector),
            new BenchData("vectors drawn at random, dimensions as in the table", rows, 1_536),
            await ServerSettings.ReadAsync(database.DataSource, cancellationToken),
            results,
            [
                BenchTarget.AtMost(
                    "memory worked out over the smallest that does not spill, the largest",
                    results.Max(r => (double)r["memory_ratio"]), "ratio", 1.10),
                new BenchTarget(
                    "builds that fit in the memory worked out",
                    Math.Round(results.Average(r => (bool)r["fits"] ? 1.0 : 0), 4), "share", 1),
                BenchTarget.AtMost(
                    "size worked out against a fresh build's, the largest error",
                    Math.Round(results.Max(r => Math.Abs((double)r["size_ratio"] - 1)), 4), "share", 0.05),
            ]);
    }

    private static async Task FillAsync(
        IndexBenchDatabase database, IndexedType type, int dimensions, int rows, CancellationToken cancellationToken)
    {
        var value = type switch
        {
            IndexedType.Bit => "string_agg((random() < 0.5)::integer::text, '')",
            IndexedType.Sparsevec => "array_agg(CASE WHEN random() < 0.5 THEN 0 ELSE random() - 0.5 END)::vector",
            _ => "array_agg(random() - 0.5)",
        };
        await database.ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                DROP TABLE IF EXISTS {IndexBenchDatabase.Table};
                CREATE TABLE {IndexBenchDatabase.Table} (id integer, v {type.ToName()}({dimensions}));
                INSERT INTO {IndexBenchDatabase.Table}
                SELECT i, (SELECT {value} FROM generate_series(1, {dimensions}) WHERE i > 0)::{type.ToName()}({dimensions})
                FROM generate_series(1, {rows}) AS i;
                """),
            cancellationToken);
    }

    private static async Task<IReadOnlyDictionary<string, object>> MeasureAsync(
        IndexBenchDatabase database, IndexedType type, int dimensions, int m, int workers, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"bench: {type.ToName()}({dimensions}), m {m}, {workers} workers…");
        await database.ExecuteAsync(
            $"ALTER TABLE {IndexBenchDatabase.Table} SET (parallel_workers = {workers})", cancellationToken);
        var target = await database.Manager.ColumnTargetAsync(
            IndexBenchDatabase.Table, "v", cancellationToken: cancellationToken);
        // The memory does not depend on ef_construction, the time does.
        var options = new HnswOptions { M = m, EfConstruction = 2 * m, Workers = workers };
        var built = await database.Manager.BuildAsync(target, options, cancellationToken: cancellationToken);
        await database.Manager.DropAsync(
            (await database.Manager.ListAsync(cancellationToken: cancellationToken)).Single(i => i.Name == built.Plan.IndexName),
            cancellationToken);
        var step = built.Plan.Steps[0];
        var fits = !await SpillsAsync(database, target, options, step.MemoryNeeded / 1024, cancellationToken);
        var (low, high) = (step.MemoryNeeded * 3 / 4096, step.MemoryNeeded * (fits ? 4 : 8) / 4096);
        while (high - low > Math.Max(1, step.MemoryNeeded / 1024 / 200))
        {
            var middle = (low + high) / 2;
            if (await SpillsAsync(database, target, options, middle, cancellationToken))
                low = middle;
            else
                high = middle;
        }

        return new Dictionary<string, object>
        {
            ["type"] = $"{type.ToName()}({dimensions})",
            ["rows"] = step.Rows,
            ["m"] = m,
            ["workers"] = workers,
            ["memory_worked_out_kb"] = step.MemoryNeeded / 1024,
            ["memory_smallest_kb"] = high,
            ["fits"] = fits,
            ["memory_ratio"] = Math.Round(step.MemoryNeeded / 1024.0 / high, 4),
            ["size_worked_out_kb"] = step.EstimatedBytes / 1024,
            ["size_kb"] = built.Bytes / 1024,
            ["size_ratio"] = Math.Round((double)step.EstimatedBytes / built.Bytes, 4),
        };
    }

    private static async Task<bool> SpillsAsync(
        IndexBenchDatabase database, IndexTarget target, HnswOptions options, long kilobytes, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        var spilled = false;
        await using var command = new NpgsqlCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                SET maintenance_work_mem = '{kilobytes}kB'; SET max_parallel_maintenance_workers = {options.Workers};
                CREATE INDEX bench_smallest ON {IndexBenchDatabase.Table} USING hnsw (v {target.OperatorClass.Name})
                WITH (m = {options.M}, ef_construction = {options.EfConstruction});
                DROP INDEX bench_smallest;
                """),
            connection)
        {
            CommandTimeout = 0,
        };
        connection.Notice += (_, e) =>
        {
            // All is known, and what is left would take its time.
            spilled |= e.Notice.MessageText.Contains("no longer fits", StringComparison.Ordinal);
            command.Cancel();
        };
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (spilled)
        {
            return true;
        }

        return spilled;
    }
}
