using Npgsql;
using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

/// <summary>A role without any right, dropped when disposed: after the databases in which it owns something.</summary>
internal sealed class TestRole : IAsyncDisposable
{
    private TestRole(string name) => Name = name;

    public string Name { get; }

    public static async Task<TestRole> CreateAsync()
    {
        var role = new TestRole($"pgembed_test_{Guid.NewGuid():N}");
        await TestCluster.ExecuteAsync($"CREATE ROLE {role.Name}");
        return role;
    }

    /// <summary>A data source whose sessions have this role's rights.</summary>
    public NpgsqlDataSource Connect(TestDatabase database) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = $"-c role={Name}" });

    public async ValueTask DisposeAsync() => await TestCluster.ExecuteAsync($"DROP ROLE {Name}");
}
