using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class PartitionTests
{
    // Two levels: kinds 0 to 4, and the rest by parity.
    private const string Partitioned =
        """
        ALTER TABLE items RENAME TO source;
        CREATE TABLE items (id integer NOT NULL, kind integer NOT NULL, v vector(16)) PARTITION BY RANGE (kind);
        CREATE TABLE items_low PARTITION OF items FOR VALUES FROM (0) TO (5);
        CREATE TABLE "Items high" PARTITION OF items FOR VALUES FROM (5) TO (10) PARTITION BY LIST (kind);
        CREATE TABLE items_odd PARTITION OF "Items high" FOR VALUES IN (5, 7, 9);
        CREATE TABLE items_even PARTITION OF "Items high" FOR VALUES IN (6, 8);
        INSERT INTO items SELECT id, kind, v FROM source;
        """;

    [Fact]
    public async Task Partitions_are_built_one_by_one_and_attached_so_that_a_search_uses_all_of_them()
    {
        await using var table = await PartitionedAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var result = await table.Manager.BuildAsync(target);

        Assert.Equal(["\"public\".\"items_low\"", "\"public\".\"items_even\"", "\"public\".\"items_odd\""], result.Plan.Steps.Select(s => s.Table));
        Assert.Equal([250, 100, 150], result.Plan.Steps.Select(s => s.Rows));
        Assert.Equal(
            ["Items high_v_hnsw_cosine", "items_even_v_hnsw_cosine", "items_low_v_hnsw_cosine", "items_odd_v_hnsw_cosine", "items_v_hnsw_cosine"],
            await table.IndexesAsync());
        var index = Assert.Single(await table.Manager.ListAsync());
        Assert.Equal(2, index.Partitions.Count);
        Assert.Equal(index.Bytes, result.Bytes);
        Assert.False((await table.Manager.BuildAsync(target)).Built);
        var plan = await table.ScalarAsync<string>(
            "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; "
            + "EXPLAIN (FORMAT JSON) SELECT id FROM items ORDER BY v <=> (SELECT v FROM source WHERE id = 1) LIMIT 5");
        Assert.Equal(3, plan.Split("_hnsw_cosine").Length - 1);
    }

    [Fact]
    public async Task A_build_that_was_killed_between_partitions_goes_on_where_it_stopped()
    {
        await using var table = await PartitionedAsync();
        await table.ExecuteAsync(
            """
            CREATE INDEX items_low_v_hnsw_cosine ON items_low USING hnsw (v vector_cosine_ops);
            CREATE INDEX "Items high_v_hnsw_cosine" ON ONLY "Items high" USING hnsw (v vector_cosine_ops);
            CREATE INDEX by_hand ON items_odd USING hnsw (v vector_cosine_ops);
            ALTER INDEX "Items high_v_hnsw_cosine" ATTACH PARTITION by_hand;
            """);
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var result = await table.Manager.BuildAsync(target);

        Assert.Equal([true, false, true], result.Plan.Steps.Select(s => s.Exists));
        Assert.Equal(
            ["Items high_v_hnsw_cosine", "by_hand", "items_even_v_hnsw_cosine", "items_low_v_hnsw_cosine", "items_v_hnsw_cosine"],
            await table.IndexesAsync());
    }

    [Fact]
    public async Task A_build_that_is_cancelled_keeps_the_partitions_that_are_done()
    {
        await using var table = await PartitionedAsync();
        await using var writer = await table.WriterAsync("items_odd");
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        using var cancel = new CancellationTokenSource();

        var building = table.Manager.BuildAsync(target, cancellationToken: cancel.Token);
        while ((await table.IndexesAsync()).Length < 3)
            await Task.Delay(20);
        await cancel.CancelAsync();
        await writer.CloseAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);

        Assert.Equal(["items_even_v_hnsw_cosine", "items_low_v_hnsw_cosine"], await table.IndexesAsync());
        var result = await table.Manager.BuildAsync(target);
        Assert.Equal([true, true, false], result.Plan.Steps.Select(s => s.Exists));
    }

    [Fact]
    public async Task A_rebuild_replaces_all_of_them_under_their_old_names_and_a_drop_takes_all()
    {
        await using var table = await PartitionedAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await table.Manager.BuildAsync(target);
        var names = await table.IndexesAsync();

        Assert.True((await table.Manager.BuildAsync(target, new HnswOptions { M = 8 }, replace: true)).Built);

        Assert.Equal(names, await table.IndexesAsync());
        var index = Assert.Single(await table.Manager.ListAsync());
        Assert.All([index, .. index.Partitions], i => Assert.Equal(8, i.M));
        await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.DropAsync(index.Partitions[0]));
        await table.Manager.DropAsync(index);
        Assert.Empty(await table.IndexesAsync());
    }

    private static async Task<VectorTable> PartitionedAsync()
    {
        var table = await VectorTable.CreateAsync(500);
        await table.ExecuteAsync(Partitioned);
        return table;
    }
}
