using Npgsql;

namespace PgEmbed.Testing;

/// <summary>A database of a test's own, dropped when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private TestDatabase(string name, string connectionString)
    {
        Name = name;
        ConnectionString = connectionString;
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UsePgEmbed();
        DataSource = builder.Build();
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>A superuser's connection string.</summary>
    public string ConnectionString { get; }

    /// <summary>A data source for it with pgvector's types, disposed with it.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Makes a database.</summary>
    /// <param name="migrated">With the extension vector and PgEmbed's schema; false for an empty one.</param>
    public static async Task<TestDatabase> CreateAsync(bool migrated = true)
    {
        var name = $"pgembed_test_{Guid.NewGuid():N}";
        // A server that was given keeps no template when the run is over, so each database is filled by itself there.
        // The default strategy, wal_log, takes two thirds of the time of file_copy for a database this small.
        if (migrated && !TestCluster.IsGiven)
        {
            await TemplateDatabase.EnsureAsync();
            await TestCluster.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {TemplateDatabase.Name}");
            return new TestDatabase(name, await TestCluster.ConnectionStringAsync(name));
        }

        await TestCluster.ExecuteAsync($"CREATE DATABASE {name}");
        var database = new TestDatabase(name, await TestCluster.ConnectionStringAsync(name));
        if (migrated)
            await TemplateDatabase.FillAsync(database.DataSource);
        return database;
    }

    /// <summary>Drops the database, ending what is connected to it.</summary>
    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await TestCluster.ExecuteAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }
}
