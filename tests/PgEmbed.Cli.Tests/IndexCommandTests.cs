using System.Text.Json;
using Npgsql;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class IndexCommandTests
{
    [Fact]
    public async Task An_index_on_any_table_is_planned_built_listed_rebuilt_and_dropped()
    {
        await using var database = await ItemsAsync();
        string[] target = ["--table", "public.items", "--column", "v", "--metric", "l2"];

        var dry = await Cli.RunAsync(database, ["index", "build", .. target, "--dry-run", "--show-sql"]);
        Assert.True(dry.Code == 0, dry.Error);
        Assert.Contains("CREATE INDEX CONCURRENTLY \"items_v_hnsw_l2\"", dry.Output, StringComparison.Ordinal);
        Assert.Contains("400 vectors", dry.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await ListAsync(database)).GetArrayLength());

        var built = await Cli.RunAsync(database, ["index", "build", .. target, "--json"]);
        Assert.True(built.Code == 0, built.Error);
        using (var result = JsonDocument.Parse(built.Output))
            Assert.True(result.RootElement.GetProperty("built").GetBoolean());
        var again = await Cli.RunAsync(database, ["index", "build", .. target]);
        Assert.Equal(0, again.Code);
        Assert.Contains("there already", again.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await Cli.RunAsync(database, ["index", "rebuild", .. target, "--m", "40"])).Code);
        var index = Assert.Single((await ListAsync(database)).EnumerateArray());
        Assert.Equal(40, index.GetProperty("m").GetInt32());
        Assert.Equal(80, index.GetProperty("ef_construction").GetInt32());
        Assert.Equal("valid", index.GetProperty("state").GetString());
        Assert.Contains("items_v_hnsw_l2", (await Cli.RunAsync(database, "index", "list")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await Cli.RunAsync(database, "index", "drop", "items_v_hnsw_l2", "--dry-run")).Code);
        Assert.Equal(1, (await ListAsync(database)).GetArrayLength());
        Assert.Equal(0, (await Cli.RunAsync(database, "index", "drop", "items_v_hnsw_l2")).Code);
        Assert.Equal(0, (await ListAsync(database)).GetArrayLength());
        Assert.Equal(1, (await Cli.RunAsync(database, "index", "drop", "items_v_hnsw_l2")).Code);
    }

    [Fact]
    public async Task An_index_is_tuned_built_so_checked_and_found_healthy_until_its_rows_go()
    {
        await using var database = await ItemsAsync();
        await using (var more = database.DataSource.CreateCommand(
            """
            ALTER TABLE items SET (autovacuum_enabled = off);
            INSERT INTO items SELECT i, ARRAY[random(), random(), random(), random()] FROM generate_series(1000, 3000) i
            """))
            await more.ExecuteNonQueryAsync();
        string[] target = ["--table", "items", "--column", "v", "--metric", "l2"];

        var tuned = await Cli.RunAsync(
            database, ["index", "tune", .. target, "--recall", "0.9", "--sample", "2000", "--try", "12:64", "--apply", "--json"]);
        Assert.True(tuned.Code == 0, tuned.Error);
        using (var tuning = JsonDocument.Parse(tuned.Output))
            Assert.Equal(12, tuning.RootElement.GetProperty("advice").GetProperty("m").GetInt32());
        Assert.Equal(12, Assert.Single((await ListAsync(database)).EnumerateArray()).GetProperty("m").GetInt32());

        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "[0.1,0.2,0.3,0.4]\n\n{\"vector\":[0.5,0.5,0.5,0.5]}\n");
        var checkedByFile = await Cli.RunAsync(
            database, ["index", "check", .. target, "--queries", path, "--ef-search", "200", "--filter", "id < 2000"]);
        Assert.True(checkedByFile.Code == 0, checkedByFile.Error);
        Assert.Contains("2 queries that were given", checkedByFile.Output, StringComparison.Ordinal);
        Assert.Contains("id < 2000", checkedByFile.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, "{\"nonsense\":1}");
        Assert.Equal(1, (await Cli.RunAsync(database, ["index", "check", .. target, "--queries", path])).Code);
        File.Delete(path);

        Assert.Equal(0, (await Cli.RunAsync(database, ["index", "health", .. target, "--count", "30"])).Code);
        await using (var delete = database.DataSource.CreateCommand("DELETE FROM items WHERE id > 1500"))
            await delete.ExecuteNonQueryAsync();
        await using (var vacuum = database.DataSource.CreateCommand("VACUUM items"))
            await vacuum.ExecuteNonQueryAsync();
        var health = await Cli.RunAsync(database, ["index", "health", .. target, "--count", "30"]);
        Assert.Equal(3, health.Code);
        Assert.Contains("rebuild it", health.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await Cli.RunAsync(database, "index", "drop", "items_v_hnsw_l2")).Code);
        Assert.Equal(0, (await Cli.RunAsync(database, ["index", "build", .. target, "--filter", "id < 1200"])).Code);
        var partial = await Cli.RunAsync(
            database, ["index", "check", .. target, "--partial", "id < 1200", "--count", "10", "--filter", "id > 1000"]);
        Assert.True(partial.Code == 0, partial.Error);
    }

    [Theory]
    [InlineData("index tune --table items --try 16")]
    [InlineData("index check")]
    [InlineData("index build")]
    [InlineData("index build packages --table items")]
    [InlineData("index build packages --metric l2")]
    [InlineData("index build --table items --metric nonsense")]
    [InlineData("index build --table items --max-memory much")]
    [InlineData("index drop")]
    [InlineData("index drop name --leftovers")]
    public async Task A_target_that_makes_no_sense_exits_2(string line)
    {
        await using var database = await ItemsAsync();

        var result = await Cli.RunAsync(database, line.Split(' '));

        Assert.Equal(2, result.Code);
        Assert.NotEmpty(result.Error);
    }

    [Theory]
    [InlineData("no_such_table", "v", "none")]
    [InlineData("items", "nonsense", "nonsense")]
    [InlineData("items", "id", "integer")]
    public async Task A_table_or_column_that_can_not_be_indexed_exits_1_and_says_why(
        string table, string column, string expected)
    {
        await using var database = await ItemsAsync();

        var result = await Cli.RunAsync(database, "index", "build", "--table", table, "--column", column);

        Assert.Equal(1, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_build_is_cleared_up_by_the_next_and_by_drop_leftovers()
    {
        await using var database = await ItemsAsync();
        string[] line =
            ["index", "build", "--table", "items", "--column", "v", "--connection", database.ConnectionString];
        foreach (var next in (string[][])[line, ["index", "drop", "--leftovers", "--connection", database.ConnectionString]])
        {
            await using (var writer = await database.DataSource.OpenConnectionAsync())
            {
                await using (var command = new NpgsqlCommand("BEGIN; DELETE FROM items WHERE id = -1", writer))
                    await command.ExecuteNonQueryAsync();
                using var process = Cli.Start(line);
                await UntilAsync(database, 1, "SELECT count(*) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid "
                    + "WHERE c.relname = 'items_v_hnsw_cosine' AND NOT x.indisvalid");
                process.Kill();
                await process.WaitForExitAsync();
                // The server stops the build by itself, although the transaction that it waits for is still open.
                await UntilAsync(database, 0, "SELECT count(*) FROM pg_stat_progress_create_index");
            }

            var result = await Cli.RunAsync(next);

            Assert.True(result.Code == 0, result.Error);
            Assert.Contains("items_v_hnsw_cosine", result.Error, StringComparison.Ordinal);
            Assert.All((await ListAsync(database)).EnumerateArray(), i => Assert.Equal("valid", i.GetProperty("state").GetString()));
            await Cli.RunAsync(database, "index", "drop", "items_v_hnsw_cosine");
            Assert.Equal(0, (await ListAsync(database)).GetArrayLength());
        }
    }

    private static async Task<TestDatabase> ItemsAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await using var command = database.DataSource.CreateCommand(
            """
            CREATE TABLE items (id integer PRIMARY KEY, v vector(4));
            INSERT INTO items SELECT i, ARRAY[i % 7 + 1, i % 11, i % 13, i % 17] FROM generate_series(1, 400) i;
            """);
        await command.ExecuteNonQueryAsync();
        return database;
    }

    private static async Task<JsonElement> ListAsync(TestDatabase database)
    {
        var list = await Cli.RunAsync(database, "index", "list", "--json");
        Assert.True(list.Code == 0, list.Error);
        using var parsed = JsonDocument.Parse(list.Output);
        return parsed.RootElement.Clone();
    }

    private static async Task UntilAsync(TestDatabase database, long expected, string sql)
    {
        for (var attempt = 0; ; attempt++)
        {
            await using var command = database.DataSource.CreateCommand(sql);
            if ((long)(await command.ExecuteScalarAsync())! == expected)
                return;
            Assert.True(attempt < 600, $"It never came to {expected}: {sql}");
            await Task.Delay(50);
        }
    }
}
