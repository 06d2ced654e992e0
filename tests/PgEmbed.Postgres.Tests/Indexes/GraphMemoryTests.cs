using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Indexes.Building;

namespace PgEmbed.Postgres.Tests.Indexes;

/// <summary>
/// The memory worked out beforehand is held against the server's own word: at that maintenance_work_mem the graph fits, at
/// nine tenths of it it doesn't. <c>tools/bench index</c> looks for the smallest by bisection, for more types and sizes.
/// </summary>
public sealed class GraphMemoryTests
{
    [Theory]
    [InlineData(IndexedType.Vector, 1_536, 16, 800, 0)]
    [InlineData(IndexedType.Vector, 1_536, 16, 1_000, 2)]
    [InlineData(IndexedType.Halfvec, 256, 16, 1_900, 0)]
    [InlineData(IndexedType.Bit, 512, 24, 2_000, 0)]
    [InlineData(IndexedType.Sparsevec, 1_000, 4, 600, 0)]
    public async Task The_graph_fits_in_the_memory_worked_out_and_not_in_a_tenth_less(
        IndexedType type, int dimensions, int m, int rows, int workers)
    {
        await using var table = await VectorTable.CreateAsync(rows, type, dimensions);
        await table.ExecuteAsync($"ALTER TABLE items SET (parallel_workers = {workers})");
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var plan = await table.Manager.PlanAsync(
            target, new HnswOptions { M = m, EfConstruction = 2 * m, Workers = workers });

        var step = Assert.Single(plan.Steps);
        Assert.Equal(workers, step.Workers);
        Assert.Equal(rows, step.Rows);
        Assert.False(await SpillsAsync(step.MemoryNeeded));
        Assert.True(await SpillsAsync(step.MemoryNeeded * 9 / 10));

        async Task<bool> SpillsAsync(long memory)
        {
            await using var connection = await table.DataSource.OpenConnectionAsync();
            var spilled = false;
            await using var command = new NpgsqlCommand(
                $"""
                SET maintenance_work_mem = '{(memory / 1024).ToString(CultureInfo.InvariantCulture)}kB';
                SET max_parallel_maintenance_workers = {workers};
                CREATE INDEX ON items USING hnsw (v {target.OperatorClass.Name}) WITH (m = {m}, ef_construction = {2 * m});
                DROP INDEX items_v_idx;
                """,
                connection);
            connection.Notice += (_, e) =>
            {
                // From here on each row takes its time, and all is known.
                spilled |= e.Notice.MessageText.Contains("no longer fits", StringComparison.Ordinal);
                command.Cancel();
            };
            try
            {
                await command.ExecuteNonQueryAsync();
            }
            catch (OperationCanceledException)
            {
                Assert.True(spilled);
            }

            return spilled;
        }
    }

    [Theory]
    [InlineData(IndexedType.Vector, 256, 16)]
    [InlineData(IndexedType.Halfvec, 900, 8)]
    [InlineData(IndexedType.Bit, 256, 32)]
    public async Task The_size_on_disk_worked_out_is_that_of_a_fresh_index(IndexedType type, int dimensions, int m)
    {
        await using var table = await VectorTable.CreateAsync(2_000, type, dimensions);
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var result = await table.Manager.BuildAsync(target, new HnswOptions { M = m, EfConstruction = 2 * m });

        Assert.InRange(result.Bytes / (double)result.Plan.Steps[0].EstimatedBytes, 0.97, 1.03);
    }

    [Fact]
    public async Task A_build_that_would_spill_is_refused_with_figures_unless_it_is_allowed()
    {
        await using var table = await VectorTable.CreateAsync(2_000, dimensions: 256);
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        var options = new HnswOptions { MaxMemory = 2 << 20, EfConstruction = 32 };

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.BuildAsync(target, options));
        Assert.Contains("2,000 vectors of 256 dimensions", error.Message, StringComparison.Ordinal);
        Assert.Contains("found 2 MiB (as given)", error.Message, StringComparison.Ordinal);
        Assert.Empty(await table.IndexesAsync());

        var messages = new List<string?>();
        var result = await table.Manager.BuildAsync(
            target, options with { AllowSpill = true }, progress: new Reports(p => messages.Add(p.Message)));
        Assert.True(result.Spilled);
        Assert.Contains(messages, m => m?.Contains("slower", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    [InlineData("MemTotal: 9 kB\nMemAvailable:   2048 kB\n", null, null, 2_048 * 1_024)]
    [InlineData("MemAvailable: 2048 kB", "max\n", "5", 2_048 * 1_024)]
    [InlineData("MemAvailable: 2048 kB", "1000000\n", "400000\n", 600_000)]
    [InlineData("MemAvailable: 2048 kB", "1000", "5000", 0)]
    [InlineData(null, "1000", "400", 600)]
    [InlineData(null, null, null, null)]
    [InlineData("nonsense", "max", null, null)]
    public void Free_memory_is_the_lesser_of_the_machines_and_the_control_groups(
        string? info, string? limit, string? used, int? expected) =>
        Assert.Equal(expected, ServerMemory.Available(new ServerFiles(info, limit, used, [])));

    private sealed class Reports(Action<IndexBuildProgress> report) : IProgress<IndexBuildProgress>
    {
        public void Report(IndexBuildProgress value) => report(value);
    }
}
