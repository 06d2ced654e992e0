using Npgsql;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Types;

/// <summary>A database for one test class that has pgvector and nothing else.</summary>
public sealed class VectorDatabase : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public string ConnectionString => _database.ConnectionString;

    public NpgsqlDataSource Source { get; private set; } = null!;

    /// <summary>With the smallest buffers there are, so that a vector is moved in many pieces.</summary>
    public NpgsqlDataSource SmallBuffers { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(migrated: false);
        await _database.DataSource.ExecuteAsync("CREATE EXTENSION vector");
        Source = CreateSource();
        SmallBuffers = CreateSource(UseSmallBuffers);
    }

    public async Task DisposeAsync()
    {
        await Source.DisposeAsync();
        await SmallBuffers.DisposeAsync();
        await _database.DisposeAsync();
    }

    public static void UseSmallBuffers(NpgsqlConnectionStringBuilder settings) =>
        (settings.ReadBufferSize, settings.WriteBufferSize) = (4096, 4096);

    public NpgsqlDataSource CreateSource(
        Action<NpgsqlConnectionStringBuilder>? configure = null, Action<NpgsqlDataSourceBuilder>? map = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
        configure?.Invoke(settings);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString).UsePgEmbed();
        map?.Invoke(builder);
        return builder.Build();
    }
}
