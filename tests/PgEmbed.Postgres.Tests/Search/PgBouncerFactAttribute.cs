namespace PgEmbed.Postgres.Tests.Search;

/// <summary>
/// A test behind PgBouncer, reported as skipped, with the reason, on a machine without it; not in continuous integration,
/// where it fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PgBouncerFactAttribute : FactAttribute
{
    public PgBouncerFactAttribute()
    {
        if (PgBouncer.Program is null && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "Needs PgBouncer: tools/setup --for-tests fetches it where there are Debian packages.";
    }
}
