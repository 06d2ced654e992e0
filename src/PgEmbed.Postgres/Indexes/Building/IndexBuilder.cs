using Dapper;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// Builds indexes without keeping anyone from reading or writing, and leaves nothing when it fails. In order: take
/// the table's advisory lock, under which no other build of ours changes what is there; plan; remove what earlier builds of ours left invalid; CREATE INDEX CONCURRENTLY on each table;
/// join those of partitions under one; put a replacement in the place of the index it replaces. Each step is complete in
/// itself, so a build that was killed between two is taken up by the next.
/// </summary>
internal sealed class IndexBuilder(NpgsqlDataSource dataSource, IProgress<IndexBuildProgress>? progress)
{
    /// <summary>Works out what a build would do.</summary>
    public async Task<IndexBuildPlan> PlanAsync(
        IndexTarget target, HnswOptions options, bool replace, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await BuildErrors.GuardAsync(
                connection,
                target,
                () => new BuildPlanner(connection, target, options).PlanAsync(replace, cancellationToken))
                .ConfigureAwait(false);
    }

    /// <summary>Plans and builds.</summary>
    /// <param name="target">What to index.</param>
    /// <param name="options">How.</param>
    /// <param name="replace">Whether an index that is there is built anew.</param>
    /// <param name="planned">Told of the plan before anything is changed.</param>
    /// <param name="cancellationToken">Stops it; what it had begun is removed.</param>
    /// <exception cref="PgEmbedException">
    /// The graph doesn't fit in the memory and that is not allowed, the role has no right to, another session builds on
    /// the table, or the table is gone.
    /// </exception>
    public async Task<IndexBuildResult> BuildAsync(
        IndexTarget target,
        HnswOptions options,
        bool replace,
        Action<IndexBuildPlan>? planned,
        CancellationToken cancellationToken)
    {
        var session = await BuildSession.OpenAsync(dataSource, target, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var plan = await BuildErrors.GuardAsync(
                session.Connection,
                target,
                () => new BuildPlanner(session.Connection, target, options).PlanAsync(replace, cancellationToken))
                .ConfigureAwait(false);
            planned?.Invoke(plan);
            if (plan.IsDone)
                return new IndexBuildResult(plan, Built: false, TimeSpan.Zero, Spilled: false, [], plan.Existing!.Bytes);
            BuildErrors.MustFit(plan);
            var run = new BuildProgress(dataSource, plan, progress);
            session.OnSpill = message => run.Say($"{message}: the rest of the build is many times slower.");
            try
            {
                return await BuildErrors.GuardAsync(
                    session.Connection, target, () => RunAsync(session, plan, run, cancellationToken)).ConfigureAwait(false);
            }
            catch
            {
                await CleanUpAsync(plan, run).ConfigureAwait(false);
                throw;
            }
        }
    }

    private static async Task<IndexBuildResult> RunAsync(
        BuildSession session, IndexBuildPlan plan, BuildProgress run, CancellationToken cancellationToken)
    {
        var removed = new List<string>();
        var ddl = new ShortDdl { OnRetry = attempt => run.Say($"Waiting for a lock, attempt {attempt}…") };
        foreach (var leftover in plan.Leftovers.Where(l => l.Ours))
        {
            if (await Leftovers.RemoveAsync(session.Connection, leftover, ddl, cancellationToken).ConfigureAwait(false))
            {
                removed.Add(leftover.Index.Sql);
                run.Say($"Removed {leftover.Index.Sql}, which a failed build had left invalid.");
            }
        }

        if (plan.Dropped is not null)
            await IndexDrop.RunAsync(session.Connection, plan.Dropped, ddl, cancellationToken).ConfigureAwait(false);
        foreach (var part in plan.Parts)
        {
            run.Enter("laying rows in order");
            await new StoreOrder(session.Connection, plan.Target, plan.Options.Order, ddl)
                .RunAsync(part, cancellationToken).ConfigureAwait(false);
        }

        foreach (var step in plan.Steps.Where(step => !step.Exists))
            await StepAsync(session, step, run, ddl, cancellationToken).ConfigureAwait(false);
        foreach (var statement in plan.ParentStatements)
        {
            run.Enter("attaching partitions");
            await ddl.RunAsync(session.Connection, [statement], cancellationToken).ConfigureAwait(false);
        }

        await SwapAsync(session, plan, run, ddl, cancellationToken).ConfigureAwait(false);
        var bytes = await FinishAsync(session.Connection, plan, cancellationToken).ConfigureAwait(false);
        return new IndexBuildResult(plan, Built: true, run.Elapsed, session.Spilled, removed, bytes);
    }

    private static async Task StepAsync(
        BuildSession session, IndexBuildStep step, BuildProgress run, ShortDdl ddl, CancellationToken cancellationToken)
    {
        var processId = session.Connection.ProcessID;
        try
        {
            await run.RunAsync(processId, step, () => session.RunStepAsync(step, cancellationToken)).ConfigureAwait(false);
        }
        catch (PostgresException e) when (step.Workers > 0 && BuildErrors.IsSharedMemory(e))
        {
            run.Say(
                $"The server has too little shared memory for {step.Workers} workers ({e.MessageText}): builds on without. "
                + "In a container, give it more with --shm-size.");
            var indexes = await HnswIndexReader.OfTableAsync(session.Connection, step.Table, cancellationToken)
                .ConfigureAwait(false);
            foreach (var leftover in Leftovers.Among(indexes).Where(l => l.Index.Name == step.IndexName))
                await Leftovers.RemoveAsync(session.Connection, leftover, ddl, cancellationToken).ConfigureAwait(false);
            var serial = step with { Workers = 0 };
            await run.RunAsync(processId, step, () => session.RunStepAsync(serial, cancellationToken)).ConfigureAwait(false);
        }
    }

    private static async Task SwapAsync(
        BuildSession session, IndexBuildPlan plan, BuildProgress run, ShortDdl ddl, CancellationToken cancellationToken)
    {
        if (plan.SwapStatements.Count == 0)
            return;
        run.Enter("replacing the old index");
        var statements = plan.SwapStatements;
        // A drop that is concurrent can't be in one transaction with the rename. Killed between the two, the next build
        // renames.
        if (plan is { Replaces: true, Existing: { IsPartitioned: false } old })
        {
            await IndexDrop.RunAsync(session.Connection, old, ddl, cancellationToken).ConfigureAwait(false);
            statements = [.. statements.Skip(1)];
        }

        await ddl.RunAsync(session.Connection, statements, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sees that the index can be used, and gives the planner what it knows of its table.</summary>
    private static async Task<long> FinishAsync(
        NpgsqlConnection connection, IndexBuildPlan plan, CancellationToken cancellationToken)
    {
        var indexes = await HnswIndexReader.OfTableAsync(connection, plan.Target.TableSql, cancellationToken)
            .ConfigureAwait(false);
        var built = indexes.FirstOrDefault(i => i.Name == plan.IndexName && i.Table == plan.Target.Table);
        if (built?.State != HnswIndexState.Valid)
            throw new PgEmbedException(
                $"Expected index {plan.IndexName} on {plan.Target.TableSql} to be valid by now, found it "
                + $"{built?.State.ToString() ?? "gone"}.",
                "A partition may have been added meanwhile. Run the build again: it goes on where it stopped.");
        // Without statistics the planner takes a store for a small table and scans it.
        if (plan.Target.Info is { } collection)
            await connection.ExecuteAsync(new CommandDefinition(
                $"ANALYZE {plan.Target.TableSql}, {collection.Source.Sql}", commandTimeout: 0, cancellationToken: cancellationToken))
                .ConfigureAwait(false);
        return built.Bytes;
    }

    /// <summary>Removes what this build left invalid, on a connection of its own, since the build's may be broken.</summary>
    private async Task CleanUpAsync(IndexBuildPlan plan, BuildProgress run)
    {
        var names = plan.Steps.Where(s => !s.Exists).Select(s => s.IndexName).ToHashSet(StringComparer.Ordinal);
        try
        {
            var connection = await dataSource.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                // The server may still be about to notice that the build was cancelled.
                for (var attempt = 0; attempt < 20; attempt++)
                {
                    var left = (await HnswIndexReader.OfTableAsync(
                        connection, plan.Target.TableSql, CancellationToken.None).ConfigureAwait(false))
                        .SelectMany(Leftovers.Flat)
                        .Where(i => names.Contains(i.Name) && i.State != HnswIndexState.Valid && !i.IsPartitioned)
                        .ToList();
                    foreach (var leftover in Leftovers.Among(left))
                    {
                        await Leftovers.RemoveAsync(
                            connection,
                            leftover,
                            new ShortDdl { GiveUpAfter = TimeSpan.FromSeconds(10) },
                            CancellationToken.None).ConfigureAwait(false);
                        run.Say($"Removed {leftover.Index.Sql}, which was not finished.");
                    }

                    if (left.TrueForAll(i => i.State == HnswIndexState.Invalid))
                        return;
                    await Task.Delay(TimeSpan.FromMilliseconds(250)).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is NpgsqlException or PgEmbedException)
        {
            // What is thrown is the build's own error.
            run.Say($"What the build left could not be removed ({e.Message}); the next build will.");
        }
    }
}
