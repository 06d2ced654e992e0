namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>What the server's files say of its memory; null where they are absent or may not be read.</summary>
/// <param name="MemoryInfo">/proc/meminfo.</param>
/// <param name="GroupLimit">The control group's memory.max: a number, or <c>max</c>.</param>
/// <param name="GroupUsed">Its memory.current.</param>
/// <param name="SharedNames">The server's segments in /dev/shm.</param>
internal sealed record ServerFiles(
    string? MemoryInfo, string? GroupLimit, string? GroupUsed, IReadOnlyList<string> SharedNames);
