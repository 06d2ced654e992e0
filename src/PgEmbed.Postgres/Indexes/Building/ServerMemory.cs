using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// How much memory the server's machine has to spare. It is asked through the server, since that may be elsewhere or in a
/// container with limits of its own. That needs the right to read the server's files; without, the settings must do.
/// </summary>
/// <param name="Limit">The most that a build may take.</param>
/// <param name="SharedFree">
/// Bytes free for shared memory, which parallel builds take theirs from; null where it can't be known.
/// </param>
internal sealed partial record ServerMemory(MemoryLimit Limit, long? SharedFree)
{
    private const string SharedFolder = "/dev/shm";
    private const double Share = 0.8;

    // What a server has at the least these days; a setting above it is taken at its word.
    private const long Unknown = 1L << 30;

    public static async Task<ServerMemory> ReadAsync(
        NpgsqlConnection connection, long? given, CancellationToken cancellationToken)
    {
        var files = await ReadFilesAsync(connection, cancellationToken).ConfigureAwait(false);
        var limit = given is { } most
            ? new MemoryLimit(most, "as given")
            : Available(files) is { } available
                ? new MemoryLimit((long)(available * Share), "80 % of what the server's machine has free")
                : await FromSettingsAsync(connection, cancellationToken).ConfigureAwait(false);
        return new ServerMemory(limit, SharedBytes(files.SharedNames));
    }

    /// <summary>What is free by /proc/meminfo and by the control group's limit; null where neither is known.</summary>
    internal static long? Available(ServerFiles files)
    {
        var free = Match(files.MemoryInfo, MemAvailable());
        long? machine = free is null ? null : free * 1024;
        // The group's file says "max" where it has no limit.
        if (Match(files.GroupLimit, Digits()) is not { } limit)
            return machine;
        var group = Math.Max(0, limit - (Match(files.GroupUsed, Digits()) ?? 0));
        return machine is null ? group : Math.Min(machine.Value, group);

        static long? Match(string? text, Regex pattern) =>
            text is not null && pattern.Match(text) is { Success: true } match
            && long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? value
                : null;
    }

    private static async Task<ServerFiles> ReadFilesAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var command = connection.Command(
                """
                SELECT pg_catalog.pg_read_file('/proc/meminfo', 0, 100000, true),
                       pg_catalog.pg_read_file('/sys/fs/cgroup/memory.max', 0, 100, true),
                       pg_catalog.pg_read_file('/sys/fs/cgroup/memory.current', 0, 100, true),
                       CASE pg_catalog.current_setting('dynamic_shared_memory_type') WHEN 'posix' THEN
                           ARRAY(SELECT name FROM pg_catalog.pg_ls_dir($1, true, false) AS name
                                 WHERE name LIKE 'PostgreSQL.%') END
                WHERE pg_catalog.pg_has_role('pg_read_server_files', 'USAGE')
                   OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
                """,
                SharedFolder);
            await using (command.ConfigureAwait(false))
            {
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        return new ServerFiles(null, null, null, []);
                    return new ServerFiles(
                        Text(reader, 0), Text(reader, 1), Text(reader, 2),
                        reader.IsDBNull(3) ? [] : await reader.GetFieldValueAsync<string[]>(3, cancellationToken)
                            .ConfigureAwait(false));
                }
            }
        }
        catch (PostgresException)
        {
            // Not Linux, or an administrator has taken the functions away.
            return new ServerFiles(null, null, null, []);
        }

        static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private static async Task<MemoryLimit> FromSettingsAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.Command(
            "SELECT pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem'))");
        await using (command.ConfigureAwait(false))
        {
            var setting = (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            return setting >= Unknown
                ? new MemoryLimit(setting, "the setting maintenance_work_mem")
                : new MemoryLimit(Unknown, "assumed: this role may not read how much the server's machine has");
        }
    }

    /// <summary>
    /// Only where the server's folder is this process's too can its free space be asked for: then the segments that the
    /// server sees, whose names are drawn at random, are here as well.
    /// </summary>
    private static long? SharedBytes(IReadOnlyList<string> names) =>
        names.Count > 0 && names.All(name => File.Exists(Path.Combine(SharedFolder, name)))
            ? new DriveInfo(SharedFolder).AvailableFreeSpace
            : null;

    [GeneratedRegex(@"^MemAvailable:\s*([0-9]+) kB", RegexOptions.Multiline)]
    private static partial Regex MemAvailable();

    [GeneratedRegex(@"^\s*([0-9]+)\s*$")]
    private static partial Regex Digits();
}
