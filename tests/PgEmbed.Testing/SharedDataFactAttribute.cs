using Xunit;

namespace PgEmbed.Testing;

/// <summary>A test over shared data, reported as skipped, with the reason, where the repository stands alone.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    /// <summary>Names the files or folders that the test reads.</summary>
    public SharedDataFactAttribute(params string[] names)
    {
        Names = names;
        string[] absent = [.. names.Where(name =>
            SharedData.Directory is null || !Path.Exists(Path.Combine(SharedData.Directory, name)))];
        if (absent is not [])
            Skip = $"Needs the shared data beside the repository: {string.Join(", ", absent)} absent.";
    }

    /// <summary>The files or folders that the test reads, relative to <see cref="SharedData.Directory"/>.</summary>
    public IReadOnlyList<string> Names { get; }
}
