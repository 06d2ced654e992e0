using Npgsql;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class IndexBuildTests
{
    [Theory]
    [InlineData("items", "v")]
    [InlineData("It\"ems; DROP TABLE x --", "Vec \"tor\"")]
    [InlineData("a_table_whose_name_is_as_long_as_postgresql_allows_a_name_to_be", "column_whose_name_is_as_long_as_postgresql_allows_a_name_to_be_")]
    [InlineData("таблица_имя_которой_длинное_но_ещё", "столбец")]
    public async Task Any_name_of_table_and_column_is_indexed_rebuilt_found_and_dropped(string name, string column)
    {
        await using var table = await VectorTable.CreateAsync(50, name: name, column: column);
        var target = await table.Manager.ColumnTargetAsync(Sql.SqlName.Quote(name), column);

        Assert.True((await table.Manager.BuildAsync(target)).Built);
        Assert.False((await table.Manager.BuildAsync(target)).Built);
        var first = Assert.Single(await table.Manager.ListAsync());
        Assert.True((await table.Manager.BuildAsync(target, new HnswOptions { M = 8 }, replace: true)).Built);
        var second = Assert.Single(await table.Manager.ListAsync());

        Assert.True(first.IsOurs);
        Assert.Equal(first.Name, second.Name);
        Assert.Equal((16, 8), (first.M, second.M));
        Assert.Equal(target.OperatorClass, second.OperatorClass);
        Assert.NotEqual(first.Oid, second.Oid);
        await table.Manager.DropAsync(second);
        Assert.Empty(await table.IndexesAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("INSERT INTO items VALUES (1, 1, '[1,2,3]')")]
    [InlineData("INSERT INTO items SELECT i, 1, '[1,2,3]' FROM generate_series(1, 300) i")]
    [InlineData("INSERT INTO items SELECT i, 1, NULL FROM generate_series(1, 300) i")]
    [InlineData("INSERT INTO items SELECT i, 1, '[0,0,0]' FROM generate_series(1, 300) i")]
    public async Task A_table_without_rows_with_one_with_equal_ones_and_with_none_that_can_be_indexed_is_built(string insert)
    {
        await using var table = await VectorTable.CreateAsync(0, dimensions: 3);
        await table.ExecuteAsync(insert + ";");
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        Assert.True((await table.Manager.BuildAsync(target)).Built);
        Assert.True((await table.Manager.BuildAsync(target, replace: true)).Built);
        Assert.Equal(["items_v_hnsw_cosine"], await table.IndexesAsync());
    }

    [Fact]
    public async Task A_partial_index_stands_beside_the_whole_one_and_has_just_its_rows()
    {
        await using var table = await VectorTable.CreateAsync(400);
        var whole = await table.Manager.ColumnTargetAsync("items", "v");
        var part = await table.Manager.ColumnTargetAsync("items", "v", filter: "kind = 3 -- the third");

        await table.Manager.BuildAsync(whole);
        var result = await table.Manager.BuildAsync(part);

        Assert.True(result.Built);
        Assert.Equal(40, result.Plan.Steps[0].Rows);
        Assert.False((await table.Manager.BuildAsync(part)).Built);
        var plan = await table.ScalarAsync<string>(
            "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; "
            + "EXPLAIN (FORMAT JSON) SELECT id FROM items WHERE kind = 3 ORDER BY v <=> (SELECT v FROM items WHERE id = 1) LIMIT 5");
        Assert.Contains(result.Plan.IndexName, plan, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.ColumnTargetAsync("items", "v", filter: " "));
    }

    [Fact]
    public async Task An_index_that_the_user_made_counts_keeps_its_name_and_is_rebuilt_with_other_settings()
    {
        await using var table = await VectorTable.CreateAsync();
        await table.ExecuteAsync("CREATE INDEX \"My index\" ON items USING hnsw (v vector_l2_ops)");
        var same = await table.Manager.ColumnTargetAsync("items", "v", IndexMetric.L2);
        var other = await table.Manager.ColumnTargetAsync("items", "v", IndexMetric.Cosine);

        Assert.False((await table.Manager.BuildAsync(same)).Built);
        Assert.True((await table.Manager.BuildAsync(other)).Built);
        Assert.True((await table.Manager.BuildAsync(same, new HnswOptions { EfConstruction = 100 }, replace: true)).Built);

        Assert.Equal(["My index", "items_v_hnsw_cosine"], await table.IndexesAsync());
        Assert.Equal(100, (await table.Manager.ListAsync()).Single(i => i.Name == "My index").EfConstruction);
    }

    [Fact]
    public async Task A_name_that_is_taken_by_an_index_on_something_else_is_refused()
    {
        await using var table = await VectorTable.CreateAsync();
        await table.ExecuteAsync("CREATE INDEX items_v_hnsw_cosine ON items USING hnsw (v vector_l2_ops)");
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.BuildAsync(target));

        Assert.Contains("items_v_hnsw_cosine", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_transactions_that_it_would_wait_for_are_listed_first_and_it_waits_for_them()
    {
        await using var table = await VectorTable.CreateAsync();
        await using var writer = await table.WriterAsync();
        await using var snapshot = await table.DataSource.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 'old snapshot'", snapshot))
            await command.ExecuteNonQueryAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        var (writerId, snapshotId) = (writer.ProcessID, snapshot.ProcessID);
        IndexBuildPlan? plan = null;
        var waiting = new TaskCompletionSource<IReadOnlyList<BlockingTransaction>>();

        var building = table.Manager.BuildAsync(
            target,
            planned: p => plan = p,
            progress: new Reports(p => _ = p.WaitsFor.Count > 0 && waiting.TrySetResult(p.WaitsFor)));
        var waitsFor = await waiting.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.False(building.IsCompleted);
        await writer.CloseAsync();
        await snapshot.CloseAsync();
        Assert.True((await building).Built);

        Assert.Equal(
            [(writerId, true), (snapshotId, false)],
            plan!.WaitsFor.Select(t => (t.ProcessId!.Value, t.HoldsLock)));
        Assert.Contains("DELETE FROM items", plan.WaitsFor[0].Statement, StringComparison.Ordinal);
        Assert.Equal("idle in transaction", plan.WaitsFor[0].State);
        Assert.NotNull(plan.WaitsFor[0].Since);
        Assert.Equal([writerId], waitsFor.Select(t => t.ProcessId));
    }

    [Fact]
    public async Task A_plan_changes_nothing_and_says_what_would_be_run()
    {
        await using var table = await VectorTable.CreateAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var plan = await table.Manager.PlanAsync(target, new HnswOptions { M = 12 });

        Assert.Empty(await table.IndexesAsync());
        Assert.Contains(plan.Statements, s => s.StartsWith("CREATE INDEX CONCURRENTLY \"items_v_hnsw_cosine\"", StringComparison.Ordinal)
            && s.Contains("m = 12", StringComparison.Ordinal));
        Assert.Contains(plan.Statements, s => s.StartsWith("SET maintenance_work_mem", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_session_goes_back_to_the_pool_as_it_was()
    {
        await using var table = await VectorTable.CreateAsync();
        var builder = new NpgsqlDataSourceBuilder(table.ConnectionString + ";No Reset On Close=true;Maximum Pool Size=2");
        await using var single = builder.Build();
        var manager = new IndexManager(single);

        await manager.BuildAsync(await manager.ColumnTargetAsync("items", "v"));

        await using var connection = await single.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_settings WHERE source = 'session'", connection);
        Assert.Equal(0L, await command.ExecuteScalarAsync());
        command.CommandText = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Without_the_rights_of_the_owner_it_says_so()
    {
        await using var table = await VectorTable.CreateAsync();
        var role = $"reader_{Guid.NewGuid():N}";
        await table.ExecuteAsync(
            $"CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT SELECT ON items TO {role}; GRANT USAGE ON SCHEMA public TO {role}");
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(table.ConnectionString) { Username = role, Password = "secret" };
            await using var dataSource = NpgsqlDataSource.Create(settings.ConnectionString);
            var manager = new IndexManager(dataSource);
            var target = await manager.ColumnTargetAsync("items", "v");

            var plan = await manager.PlanAsync(target);
            var error = await Assert.ThrowsAsync<PgEmbedException>(() => manager.BuildAsync(target));

            Assert.Contains("owner", error.Message, StringComparison.Ordinal);
            Assert.Contains("assumed", plan.MemoryLimit.Source, StringComparison.Ordinal);
            Assert.Empty(await manager.ListAsync());
        }
        finally
        {
            await table.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_table_that_is_gone_is_said_to_be_gone()
    {
        await using var table = await VectorTable.CreateAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await table.ExecuteAsync("DROP TABLE items");

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.BuildAsync(target));

        Assert.Contains("gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_dropped_while_it_is_built_is_said_to_be_dropped()
    {
        await using var table = await VectorTable.CreateAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await using var dropper = await table.DataSource.OpenConnectionAsync();
        await using var drop = new NpgsqlCommand("BEGIN; DROP TABLE items", dropper);
        var dropping = new TaskCompletionSource();

        var building = table.Manager.BuildAsync(
            target,
            planned: _ =>
            {
                drop.ExecuteNonQuery();
                dropping.SetResult();
            });
        await dropping.Task;
        while (await table.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0)
            await Task.Delay(20);
        drop.CommandText = "COMMIT";
        await drop.ExecuteNonQueryAsync();

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => building);
        Assert.Contains("dropped meanwhile", error.Message, StringComparison.Ordinal);
        Assert.Empty(await table.IndexesAsync());
    }

    [Theory]
    [InlineData("0.8.0", "CVE-2026-3172", true)]
    [InlineData("0.8.2", "corrupt", true)]
    [InlineData("0.8.3", "unrepaired", true)]
    [InlineData("0.8.4", "", false)]
    [InlineData("0.9.0", "", false)]
    public void Versions_of_pgvector_with_known_faults_are_told_of(string version, string expected, bool faulty)
    {
        var fault = new PgEmbed.Postgres.Catalog.VectorExtension("public", Version.Parse(version)).Fault;

        Assert.Equal(faulty, fault is not null);
        Assert.Contains(expected, fault ?? "", StringComparison.Ordinal);
    }

    private sealed class Reports(Action<IndexBuildProgress> report) : IProgress<IndexBuildProgress>
    {
        public void Report(IndexBuildProgress value) => report(value);
    }
}
