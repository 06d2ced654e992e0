using Npgsql;

namespace PgEmbed.Migrations.Tests;

/// <summary>Short ways to run SQL in a test.</summary>
internal static class SqlExtensions
{
    public static async Task ExecuteAsync(this NpgsqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    public static async Task ExecuteAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The one value of the one row that a query gives.</summary>
    public static async Task<T> ScalarAsync<T>(this NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The first column of every row that a query gives, as text.</summary>
    public static async Task<List<string>> ListAsync(this NpgsqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ListAsync(sql);
    }

    /// <summary>The first column of every row that a query gives, as text.</summary>
    public static async Task<List<string>> ListAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        List<string> list = [];
        while (await rows.ReadAsync())
            list.Add(rows.GetValue(0).ToString()!);
        return list;
    }
}
