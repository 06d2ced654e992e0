using Npgsql;

namespace PgEmbed.Benchmarks;

/// <summary>The server's settings that figures depend on.</summary>
internal static class ServerSettings
{
    public static async Task<Dictionary<string, string>> ReadAsync(
        NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT name, current_setting(name) FROM pg_settings
            WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'work_mem',
                           'max_parallel_maintenance_workers')
            ORDER BY name
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var settings = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellationToken))
            settings[reader.GetString(0)] = reader.GetString(1);
        return settings;
    }
}
