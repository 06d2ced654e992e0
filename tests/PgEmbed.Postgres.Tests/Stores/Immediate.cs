namespace PgEmbed.Postgres.Tests.Stores;

/// <summary>Reports at once, on the thread that reports.</summary>
internal sealed class Immediate<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
