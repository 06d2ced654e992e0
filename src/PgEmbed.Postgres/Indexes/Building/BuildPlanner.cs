using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>Works out what a build will do and what it takes; changes nothing.</summary>
internal sealed class BuildPlanner(NpgsqlConnection connection, IndexTarget target, HnswOptions options)
{
    // Below this the server starts no worker; nobody misses it.
    private const long LeastMemory = 64L << 20;

    private ServerMemory _memory = null!;
    private BuildSettings _settings = null!;

    /// <summary>Plans a build.</summary>
    /// <param name="replace">Whether an index that is there is built anew.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">The table is gone, or an index of that name indexes something else.</exception>
    public async Task<IndexBuildPlan> PlanAsync(bool replace, CancellationToken cancellationToken)
    {
        options.Validate();
        StoreOrder.MustApply(target, options.Order);
        var parts = await TablePartReader.ReadAsync(connection, target, cancellationToken).ConfigureAwait(false);
        var indexes = await HnswIndexReader.OfTableAsync(connection, target.TableSql, cancellationToken)
            .ConfigureAwait(false);
        var all = indexes.SelectMany(Leftovers.Flat).ToList();
        var finalName = IndexNames.For(target, target.Table);
        var replacementName = IndexNames.ReplacementOf(finalName);
        var existing = all.Where(i => i.Table == target.Table && i.Schema == target.Schema && i.Name != replacementName)
            .FirstOrDefault(Serves);
        // Where rows are laid in another order, the old index goes first: each row would be inserted in it anew.
        var orders = options.Order != InsertionOrder.AsStored && (replace || existing is null);
        var dropped = orders ? existing : null;
        if (orders)
            (existing, all) = (null, [.. all.Where(i => dropped is null || !Leftovers.Flat(dropped).Contains(i))]);
        var replaces = replace && existing is not null;
        var warnings = new List<string>();
        if (target.Extension.Fault is { } fault)
            warnings.Add(fault);
        _memory = await ServerMemory.ReadAsync(connection, options.MaxMemory, cancellationToken).ConfigureAwait(false);
        _settings = await ReadSettingsAsync(cancellationToken).ConfigureAwait(false);
        var plan = new IndexBuildPlan
        {
            Target = target,
            IndexName = existing?.Name ?? finalName,
            Dropped = dropped,
            Parts = orders ? [.. parts.Where(p => !p.Partitioned)] : [],
            Options = options,
            Existing = existing,
            Replaces = replaces,
            Steps = [],
            MemoryLimit = _memory.Limit,
            WaitsFor = await BlockingTransactions.ReadAsync(connection, target.TableSql, cancellationToken)
                .ConfigureAwait(false),
            // The unfinished index of a partitioned table is no leftover: the build goes on with it.
            Leftovers = [.. Leftovers.Among(indexes).Where(l => !(l.Ours && l.Index.IsPartitioned))],
            Warnings = warnings,
            Statements = [],
        };
        if (plan.IsDone)
            return plan;

        var naming = new BuildNames(target, replaces, existing);
        var steps = new List<IndexBuildStep>();
        foreach (var part in parts.Where(p => !p.Partitioned))
            steps.Add(await StepAsync(part, naming, all, warnings, cancellationToken).ConfigureAwait(false));
        var parents = new PartitionStatements(target, options, naming, parts, all).All();
        var swap = naming.Swap(parts, all);
        return plan with
        {
            Steps = steps,
            ParentStatements = parents,
            SwapStatements = swap,
            Statements =
            [
                .. plan.Leftovers.Where(l => l.Ours).Select(l => l.DropStatement),
                .. dropped is null ? (string[])[] : [dropped.DropStatement],
                .. plan.Parts.SelectMany(StoreOrder.Statements),
                .. steps.Where(s => !s.Exists).SelectMany(s => SessionStatements(s).Append(s.Statement)),
                .. parents,
                .. swap,
            ],
        };
    }

    /// <summary>What is set in the session that runs a step.</summary>
    public static IReadOnlyList<string> SessionStatements(IndexBuildStep step) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{step.Memory / 1024}kB'"),
        string.Create(CultureInfo.InvariantCulture, $"SET max_parallel_maintenance_workers = {step.Workers}"),
    ];

    /// <summary>The CREATE INDEX statement on one table.</summary>
    public static string CreateStatement(IndexTarget target, HnswOptions options, string how, string name, string table)
    {
        var expression = target.IsPlainColumn ? target.Expression : $"({target.Expression})";
        var filter = target.Filter is null ? "" : $"\nWHERE (\n{target.Filter}\n)";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE INDEX {how}{SqlName.Quote(name)} ON {table}
            USING hnsw ({expression} {SqlName.Qualify(target.Extension.Schema, target.OperatorClass.Name)})
            WITH (m = {options.M}, ef_construction = {options.EfConstruction}){filter}
            """);
    }

    private bool Serves(HnswIndex index) =>
        index.State == HnswIndexState.Valid && BuildNames.SameDefinition(index, target);

    private async Task<IndexBuildStep> StepAsync(
        TablePart part, BuildNames naming, List<HnswIndex> all, List<string> warnings, CancellationToken cancellationToken)
    {
        var name = naming.For(part.Name);
        var (rows, valueBytes) = await TablePartReader.MeasureAsync(connection, part, target, cancellationToken)
            .ConfigureAwait(false);
        var there = naming.Usable(part, all, options);
        var workers = 0;
        var memory = 0L;
        var needed = 0L;
        foreach (var parallel in (bool[])[true, false])
        {
            needed = GraphMemory.Needed(rows, valueBytes, options.M, connection.PostgreSqlVersion.Major, parallel);
            memory = Math.Min(_memory.Limit.Bytes, Math.Max(needed, LeastMemory)) / 1024 * 1024;
            workers = parallel ? ParallelWorkers.Predict(part, _settings.Workers, _settings.SmallestPages, memory) : 0;
            if (workers > 0 && _memory.SharedFree < memory)
            {
                warnings.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The build on {part.Sql} runs without workers: they share {memory >> 20:N0} MiB of /dev/shm, where "
                    + $"{_memory.SharedFree >> 20:N0} MiB are free."));
                workers = 0;
            }

            if (workers > 0)
                break;
        }

        return new IndexBuildStep(
            part.Sql,
            there?.Name ?? name,
            CreateStatement(target, options, "CONCURRENTLY ", name, part.Sql),
            rows,
            needed,
            memory,
            workers,
            GraphSize.Fresh(rows, valueBytes, options.M),
            there is not null);
    }

    private async Task<BuildSettings> ReadSettingsAsync(CancellationToken cancellationToken)
    {
        var settings = await connection.QuerySingleAsync<BuildSettings>(new CommandDefinition(
            """
            SELECT pg_catalog.current_setting('max_parallel_maintenance_workers')::integer AS "Workers",
                   pg_catalog.pg_size_bytes(pg_catalog.current_setting('min_parallel_table_scan_size')) / 8192
                       AS "SmallestPages"
            """,
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        return options.Workers is { } workers ? settings with { Workers = workers } : settings;
    }

    private sealed record BuildSettings(int Workers, long SmallestPages);
}
