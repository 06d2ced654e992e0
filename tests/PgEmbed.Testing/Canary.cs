using Npgsql;

namespace PgEmbed.Testing;

/// <summary>A table, a function and a role's name in a database, for what should not be executed to betray itself by.</summary>
public sealed class Canary
{
    private readonly NpgsqlDataSource _dataSource;

    private Canary(NpgsqlDataSource dataSource) => _dataSource = dataSource;

    /// <summary>Puts it into a database.</summary>
    public static async Task<Canary> CreateAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand(
            """
            CREATE TABLE canary (touched timestamptz);
            CREATE FUNCTION touch() RETURNS boolean LANGUAGE sql AS 'INSERT INTO canary VALUES (now()) RETURNING true';
            """);
        await command.ExecuteNonQueryAsync();
        return new Canary(dataSource);
    }

    /// <summary>What has happened to it; null: nothing.</summary>
    public async Task<string?> HarmAsync()
    {
        await using var command = _dataSource.CreateCommand(
            """
            SELECT CASE WHEN to_regclass('public.canary') IS NULL THEN 'the table canary was dropped'
                        WHEN to_regprocedure('public.touch()') IS NULL THEN 'the function touch was dropped'
                        WHEN EXISTS (SELECT FROM pg_roles WHERE rolname LIKE 'canary%') THEN 'a role was made'
                   END
            """);
        if (await command.ExecuteScalarAsync() is string harm)
            return harm;
        await using var touched = _dataSource.CreateCommand("SELECT count(*) FROM canary");
        return (long)(await touched.ExecuteScalarAsync())! > 0 ? "the function touch was called" : null;
    }
}
