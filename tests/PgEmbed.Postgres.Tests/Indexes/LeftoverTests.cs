using Npgsql;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Tests.Indexes;

/// <summary>
/// Builds that end badly. A transaction that has written to the table holds each at the point where its index is made
/// and not yet valid.
/// </summary>
public sealed class LeftoverTests
{
    [Fact]
    public async Task A_build_that_is_cancelled_leaves_nothing()
    {
        await using var table = await VectorTable.CreateAsync();
        await using var writer = await table.WriterAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        using var cancel = new CancellationTokenSource();

        var building = table.Manager.BuildAsync(target, cancellationToken: cancel.Token);
        await table.BuildingAsync();
        Assert.Equal(["items_v_hnsw_cosine (invalid)"], await table.IndexesAsync());
        await cancel.CancelAsync();
        await writer.CloseAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        Assert.Empty(await table.IndexesAsync());
    }

    [Fact]
    public async Task A_build_whose_session_is_terminated_leaves_nothing()
    {
        await using var table = await VectorTable.CreateAsync();
        await using var writer = await table.WriterAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var building = table.Manager.BuildAsync(target);
        var processId = await table.BuildingAsync();
        await table.ExecuteAsync($"SELECT pg_terminate_backend({processId})");
        await writer.CloseAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => building);
        Assert.Empty(await table.IndexesAsync());
    }

    [Fact]
    public async Task A_rebuild_that_fails_leaves_the_old_index_as_it_was()
    {
        await using var table = await VectorTable.CreateAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await table.Manager.BuildAsync(target);
        await using var writer = await table.WriterAsync();

        var building = table.Manager.BuildAsync(target, replace: true);
        var processId = await table.BuildingAsync();
        Assert.Equal(["items_v_hnsw_cosine", "items_v_hnsw_cosine_new (invalid)"], await table.IndexesAsync());
        await table.ExecuteAsync($"SELECT pg_terminate_backend({processId})");
        await writer.CloseAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => building);
        Assert.Equal(["items_v_hnsw_cosine"], await table.IndexesAsync());
    }

    [Theory]
    [InlineData("items_v_hnsw_cosine")]
    [InlineData("items_v_hnsw_l2_new")]
    [InlineData("items_v_hnsw_0123abcd")]
    public async Task Ours_is_found_named_and_removed_by_the_next_build(string name)
    {
        await using var table = await VectorTable.CreateAsync();
        await InvalidAsync(table, name);
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var leftover = Assert.Single(await table.Manager.LeftoversAsync());
        Assert.True(leftover.Ours);
        var result = await table.Manager.BuildAsync(target);

        Assert.Equal([leftover.Index.Sql], result.Removed);
        Assert.Equal(["items_v_hnsw_cosine"], await table.IndexesAsync());
    }

    [Theory]
    [InlineData("items_v_hnsw_cosine_ccnew")]
    [InlineData("items_v_hnsw_cosine_ccold1")]
    [InlineData("somebodys")]
    [InlineData("other_v_hnsw_cosine")]
    public async Task Anothers_is_reported_and_stays(string name)
    {
        await using var table = await VectorTable.CreateAsync();
        await InvalidAsync(table, name);
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var result = await table.Manager.BuildAsync(target);

        var leftover = Assert.Single(result.Plan.Leftovers);
        Assert.False(leftover.Ours);
        Assert.Equal($"DROP INDEX CONCURRENTLY \"public\".\"{name}\"", leftover.DropStatement);
        Assert.Empty(result.Removed);
        Assert.Contains($"{name} (invalid)", await table.IndexesAsync());
        await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.RemoveAsync(leftover));
    }

    [Fact]
    public async Task One_that_became_valid_meanwhile_is_not_removed()
    {
        await using var table = await VectorTable.CreateAsync();
        await InvalidAsync(table, "items_v_hnsw_cosine");
        var leftover = Assert.Single(await table.Manager.LeftoversAsync());
        await table.ExecuteAsync("REINDEX INDEX items_v_hnsw_cosine");

        Assert.False(await table.Manager.RemoveAsync(leftover));
        Assert.Equal(["items_v_hnsw_cosine"], await table.IndexesAsync());
        await table.ExecuteAsync("DROP INDEX items_v_hnsw_cosine");
        Assert.False(await table.Manager.RemoveAsync(leftover));
    }

    [Fact]
    public async Task One_that_another_session_is_building_is_no_leftover_and_a_second_build_is_refused()
    {
        await using var table = await VectorTable.CreateAsync();
        await using var writer = await table.WriterAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        var building = table.Manager.BuildAsync(target);
        var processId = await table.BuildingAsync();

        Assert.Empty(await table.Manager.LeftoversAsync());
        var index = Assert.Single(await table.Manager.ListAsync());
        Assert.Equal((HnswIndexState.Building, processId), (index.State, index.BuildingProcessId));
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.BuildAsync(target));
        Assert.Contains($"process {processId}", error.Message, StringComparison.Ordinal);

        await writer.CloseAsync();
        Assert.True((await building).Built);
        Assert.Equal(["items_v_hnsw_cosine"], await table.IndexesAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_build_that_waited_for_another_goes_by_what_that_one_left(bool succeeds)
    {
        await using var table = await VectorTable.CreateAsync();
        await using var writer = await table.WriterAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        // As another client's build: the lock, and an index that is not valid yet.
        await using var other = await table.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            "SELECT pg_advisory_lock((7306::bigint << 32) | 'items'::regclass::oid::bigint)", other);
        await command.ExecuteNonQueryAsync();
        command.CommandText = "CREATE INDEX CONCURRENTLY items_v_hnsw_cosine ON items USING hnsw (v vector_cosine_ops)";
        var first = command.ExecuteNonQueryAsync();
        var processId = await table.BuildingAsync();

        var second = table.Manager.BuildAsync(target);
        await Task.Delay(200);
        if (!succeeds)
            await table.ExecuteAsync($"SELECT pg_terminate_backend({processId})");
        await writer.CloseAsync();
        if (succeeds)
        {
            await first;
            command.CommandText = "SELECT pg_advisory_unlock_all()";
            await command.ExecuteNonQueryAsync();
        }
        else
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => first);

        Assert.Equal(!succeeds, (await second).Built);
        Assert.Equal(["items_v_hnsw_cosine"], await table.IndexesAsync());
    }

    [Theory]
    [InlineData("items_v_hnsw_cosine_new", "items_v_hnsw_cosine")]
    [InlineData("items_v_hnsw_cosine_new", null)]
    public async Task A_rebuild_that_was_killed_after_its_build_is_finished_by_the_next(string built, string? old)
    {
        await using var table = await VectorTable.CreateAsync();
        await table.ExecuteAsync($"CREATE INDEX {built} ON items USING hnsw (v vector_cosine_ops) WITH (m = 8, ef_construction = 64)");
        if (old is not null)
            await table.ExecuteAsync($"CREATE INDEX {old} ON items USING hnsw (v vector_cosine_ops)");
        var oid = (await table.Manager.ListAsync()).Single(i => i.Name == built).Oid;
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        await table.Manager.BuildAsync(target, new HnswOptions { M = 8 }, replace: true);

        var index = Assert.Single(await table.Manager.ListAsync());
        Assert.Equal(("items_v_hnsw_cosine", oid), (index.Name, index.Oid));
    }

    /// <summary>An index that a build left invalid: the server was told to stop it by a time limit.</summary>
    private static async Task InvalidAsync(VectorTable table, string name)
    {
        await using var writer = await table.WriterAsync();
        await using var connection = await table.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SET lock_timeout = '100ms'", connection);
        await command.ExecuteNonQueryAsync();
        command.CommandText = $"CREATE INDEX CONCURRENTLY {name} ON items USING hnsw (v vector_cosine_ops)";
        await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.Contains($"{name} (invalid)", await table.IndexesAsync());
    }
}
