using System.Data;
using Npgsql;

namespace PgEmbed.Postgres.Tests.Types;

internal static class DataSourceExtensions
{
    public static async Task ExecuteAsync(this NpgsqlDataSource source, string sql, params object?[] parameters)
    {
        await using var command = source.CreateCommand(sql);
        command.Add(parameters);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row, as <typeparamref name="T"/>.</summary>
    public static async Task<T> ScalarAsync<T>(this NpgsqlDataSource source, string sql, params object?[] parameters)
    {
        var row = await source.RowAsync(true, sql, parameters, reader => reader.GetFieldValueAsync<T>(0));
        return row;
    }

    /// <summary>
    /// Reads one row column by column, without buffering it whole; by the blocking calls where
    /// <paramref name="isAsync"/> is false (<paramref name="read"/> then completes at once).
    /// </summary>
    public static async Task<T> RowAsync<T>(
        this NpgsqlDataSource source,
        bool isAsync,
        string sql,
        object?[] parameters,
        Func<NpgsqlDataReader, Task<T>> read)
    {
        if (isAsync)
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(sql, connection).Add(parameters);
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess);
            Assert.True(await reader.ReadAsync());
            return await read(reader);
        }
        else
        {
            using var connection = source.OpenConnection();
            using var command = new NpgsqlCommand(sql, connection).Add(parameters);
            using var reader = command.ExecuteReader(CommandBehavior.SequentialAccess);
            Assert.True(reader.Read());
            return await read(reader);
        }
    }

    public static Task<T> FieldAsync<T>(this NpgsqlDataReader reader, bool isAsync, int ordinal) =>
        isAsync ? reader.GetFieldValueAsync<T>(ordinal) : Task.FromResult(reader.GetFieldValue<T>(ordinal));

    private static NpgsqlCommand Add(this NpgsqlCommand command, object?[] parameters)
    {
        foreach (var parameter in parameters)
            command.Parameters.Add(
                parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        return command;
    }
}
