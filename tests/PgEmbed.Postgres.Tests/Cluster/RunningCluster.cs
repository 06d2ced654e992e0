namespace PgEmbed.Postgres.Tests.Cluster;

/// <summary>A running cluster that the tests of a class share.</summary>
public sealed class RunningCluster : IAsyncLifetime
{
    internal OwnCluster Own { get; } = new();

    public Task InitializeAsync() => Own.Local.EnsureStartedAsync();

    public async Task DisposeAsync() => await Own.DisposeAsync();
}
