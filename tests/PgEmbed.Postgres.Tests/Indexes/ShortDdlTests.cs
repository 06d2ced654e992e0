using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class ShortDdlTests
{
    [Fact]
    public async Task A_lock_that_is_not_to_be_had_is_tried_again_until_it_is_and_lets_others_pass_meanwhile()
    {
        await using var table = await VectorTable.CreateAsync(1);
        await using var reader = await OpenAsync(table, "BEGIN; SELECT id FROM items");
        await using var connection = await table.DataSource.OpenConnectionAsync();
        var attempts = 0;
        var passed = 0L;
        var ddl = new ShortDdl
        {
            LockTimeout = TimeSpan.FromMilliseconds(50),
            OnRetry = attempt =>
            {
                attempts = attempt;
                passed = table.ScalarAsync<long>("SELECT count(*) FROM items").GetAwaiter().GetResult();
                if (attempt == 2)
                    reader.Close();
            },
        };

        await ddl.RunAsync(connection, ["ALTER TABLE items ADD COLUMN extra integer"], default);

        Assert.Equal(2, attempts);
        Assert.Equal(1, passed);
        Assert.Equal(0, await table.ScalarAsync<long>("SELECT count(extra) FROM items"));
        Assert.Equal("0", await ScalarAsync(connection, "SHOW lock_timeout"));
    }

    [Fact]
    public async Task It_gives_up_after_its_time_and_has_changed_nothing()
    {
        await using var table = await VectorTable.CreateAsync(1);
        await using var reader = await OpenAsync(table, "BEGIN; SELECT id FROM items");
        await using var connection = await table.DataSource.OpenConnectionAsync();
        var ddl = new ShortDdl { LockTimeout = TimeSpan.FromMilliseconds(20), GiveUpAfter = TimeSpan.FromMilliseconds(300) };

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => ddl.RunAsync(
            connection, ["CREATE TABLE other (id integer)", "ALTER TABLE items ADD COLUMN extra integer"], default));

        Assert.Contains("ALTER TABLE items", error.Message, StringComparison.Ordinal);
        Assert.True(await table.ScalarAsync<bool>("SELECT to_regclass('other') IS NULL"));
    }

    [Fact]
    public async Task Any_other_error_comes_at_once()
    {
        await using var table = await VectorTable.CreateAsync(1);
        await using var connection = await table.DataSource.OpenConnectionAsync();
        var ddl = new ShortDdl { OnRetry = _ => Assert.Fail("It was tried again.") };

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => ddl.RunAsync(connection, ["ALTER TABLE nonsense ADD COLUMN extra integer"], default));

        Assert.Equal(PostgresErrorCodes.UndefinedTable, error.SqlState);
    }

    [Fact]
    public void Pauses_grow_and_differ()
    {
        for (var attempt = 1; attempt < 100; attempt++)
            Assert.InRange(
                ShortDdl.Pause(attempt).TotalMilliseconds,
                Math.Min(2_500, 50 * Math.Pow(2, attempt)),
                Math.Min(5_000, 100 * Math.Pow(2, attempt)));
        Assert.True(Enumerable.Range(0, 20).Select(_ => ShortDdl.Pause(3)).Distinct().Count() > 10);
    }

    private static async Task<NpgsqlConnection> OpenAsync(VectorTable table, string sql)
    {
        var connection = await table.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
