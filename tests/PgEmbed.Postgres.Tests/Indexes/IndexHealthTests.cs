using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Tests.Indexes;

/// <summary>Churn that really happens: rows are deleted and inserted, vacuumed and not.</summary>
public sealed class IndexHealthTests
{
    private static readonly IndexHealthOptions Options = new() { Check = new IndexCheckOptions { Queries = 60 } };

    [Fact]
    public async Task Churn_asks_for_vacuum_then_for_a_rebuild_and_after_it_for_nothing()
    {
        await using var table = await VectorTable.CreateAsync(3_000, dimensions: 64);
        await table.ExecuteAsync("ALTER TABLE items SET (autovacuum_enabled = off)");
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await table.Manager.BuildAsync(target);
        var fresh = await HealthAsync(table, target, deadRows: 0);
        Assert.Equal(IndexRemedy.Nothing, fresh.Remedy);
        Assert.Null(fresh.Statement);

        // Four of five rows go: a search at ef_search 40 finds 40 candidates, and most of them are dead.
        await table.ExecuteAsync("DELETE FROM items WHERE id % 5 > 0");
        var dead = await HealthAsync(table, target, deadRows: 2_400);
        Assert.Equal(IndexRemedy.Vacuum, dead.Remedy);
        Assert.Equal("VACUUM \"public\".\"items\"", dead.Statement);
        Assert.Equal(0.8, dead.Check.DeadFraction, 2);
        Assert.True(dead.Check.Measures[0].Recall < fresh.Check.Measures[0].Recall - 0.05);
        Assert.Null(dead.LastVacuum);

        await table.ExecuteAsync(dead.Statement!);
        var vacuumed = await HealthAsync(table, target, deadRows: 0);
        Assert.Equal(IndexRemedy.Rebuild, vacuumed.Remedy);
        Assert.Contains("index rebuild --table", vacuumed.Statement, StringComparison.Ordinal);
        Assert.InRange(vacuumed.Check.SizeRatio, 4, 6);
        Assert.InRange((double)vacuumed.Check.Index.Bytes / vacuumed.FreshBytes!.Value, 4, 6);
        Assert.True(vacuumed.Check.Measures[0].Recall > dead.Check.Measures[0].Recall);
        Assert.NotNull(vacuumed.LastVacuum);
        Assert.Equal(2_400, vacuumed.ChangedRows);

        await table.Manager.BuildAsync(target, replace: true);
        var rebuilt = await HealthAsync(table, target, deadRows: 0);
        Assert.Equal(IndexRemedy.Nothing, rebuilt.Remedy);
        Assert.InRange(rebuilt.Check.SizeRatio, 0.9, 1.1);
    }

    [Fact]
    public async Task A_graph_that_finds_less_than_a_fresh_one_is_to_be_rebuilt()
    {
        await using var table = await VectorTable.CreateAsync(2_000, dimensions: 32);
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        // The settings of a good graph over the links of a poor one, as after long wear.
        await table.Manager.BuildAsync(target, new HnswOptions { M = 2, EfConstruction = 4 });
        await table.ExecuteAsync("UPDATE pg_class SET reloptions = '{m=16,ef_construction=64}' WHERE relname = 'items_v_hnsw_cosine'");

        var health = await table.Manager.HealthAsync(target, Options with { MaxSizeRatio = 100 });

        Assert.Equal(IndexRemedy.Rebuild, health.Remedy);
        Assert.True(health.RecallLoss!.Value.Low > 0.05);
        Assert.True(health.FreshRecall > health.Check.Measures[^1].Recall);
        Assert.Contains(health.Evidence, line => line.Contains("fresh index finds", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_that_is_too_large_to_copy_is_judged_without_and_says_so()
    {
        await using var table = await VectorTable.CreateAsync(500);
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await table.Manager.BuildAsync(target);

        var health = await table.Manager.HealthAsync(target, Options with { MaxCopiedRows = 499 });

        Assert.Equal(IndexRemedy.Nothing, health.Remedy);
        Assert.Null(health.FreshBytes);
        Assert.Contains(health.Evidence, line => line.Contains("500 rows are more than 499", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_table_is_healthy()
    {
        await using var table = await VectorTable.CreateAsync(0);
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await table.Manager.BuildAsync(target);

        Assert.Equal(IndexRemedy.Nothing, (await table.Manager.HealthAsync(target)).Remedy);
    }

    private static async Task<IndexHealth> HealthAsync(VectorTable table, IndexTarget target, long deadRows)
    {
        // The server's statistics come a moment after what they count.
        for (var attempt = 0; ; attempt++)
        {
            await table.ExecuteAsync("SELECT pg_stat_clear_snapshot()");
            if (await table.ScalarAsync<long>("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'items'") == deadRows)
                break;
            Assert.True(attempt < 300, "The statistics never came to what was done.");
            await Task.Delay(50);
        }

        return await table.Manager.HealthAsync(target, Options);
    }
}
