using System.Data;
using Npgsql;

namespace PgEmbed.Postgres.Tests.Types;

/// <summary>A database with pgvector for one test class, and the two ways of asking it: waiting and not.</summary>
public sealed class VectorDatabase : IAsyncLifetime
{
    private readonly string _name = $"types_{Guid.NewGuid():N}";

    public string ConnectionString => $"Host=/tmp/types-pg;Port=5601;Username=postgres;Database={_name}";

    public NpgsqlDataSource Source { get; private set; } = null!;

    /// <summary>With the smallest buffers there are, so that a vector is moved in many pieces.</summary>
    public NpgsqlDataSource SmallBuffers { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await using (var server = NpgsqlDataSource.Create(ConnectionString.Replace(_name, "postgres")))
            await server.ExecuteAsync($"CREATE DATABASE {_name}");
        await using (var bare = NpgsqlDataSource.Create(ConnectionString))
            await bare.ExecuteAsync("CREATE EXTENSION vector");
        Source = CreateSource();
        SmallBuffers = CreateSource(settings => (settings.ReadBufferSize, settings.WriteBufferSize) = (4096, 4096));
    }

    public async Task DisposeAsync()
    {
        await Source.DisposeAsync();
        await SmallBuffers.DisposeAsync();
    }

    public NpgsqlDataSource CreateSource(Action<NpgsqlConnectionStringBuilder>? settings = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(ConnectionString);
        settings?.Invoke(connection);
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).UsePgEmbed().Build();
    }
}
