using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Search.Sampling;

namespace PgEmbed.Hosting;

/// <summary>Makes a client, and disposes with the services what was made for it alone.</summary>
internal sealed class ClientOwner : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource? _ownDataSource;
    private readonly OnnxTextEmbedder? _ownEmbedder;
    private readonly QuerySampler? _sampler;

    /// <summary>Makes the client.</summary>
    /// <exception cref="PgEmbedException">There is no database, or the model can't be loaded.</exception>
    public ClientOwner(IServiceProvider services, object? key, PgEmbedOptions options)
    {
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var embedder = options.Embedder?.Invoke(services);
        if (embedder is null && options.ModelFolder is null)
            embedder = services.GetKeyedService<ITextEmbedder>(key);
        embedder ??= _ownEmbedder = OnnxTextEmbedder.Load(options.ModelFolder ?? BuiltInModel.Folder);
        var dataSource = options.DataSource?.Invoke(services);
        if (dataSource is null && options.ConnectionString is null)
            dataSource = services.GetKeyedService<NpgsqlDataSource>(key) ?? throw NoDatabase();
        dataSource ??= _ownDataSource = Build(options.ConnectionString!, loggers);
        _sampler = options.Sampling is null ? null : new QuerySampler(dataSource, options.Sampling);
        Client = new PgEmbedClient(
            dataSource,
            embedder,
            new VectorCollectionOptions { LoggerFactory = loggers, LogValues = options.LogValues, Sampler = _sampler });
    }

    public PgEmbedClient Client { get; }

    public async ValueTask DisposeAsync()
    {
        if (_sampler is not null)
            await _sampler.DisposeAsync().ConfigureAwait(false);
        _ownEmbedder?.Dispose();
        if (_ownDataSource is not null)
            await _ownDataSource.DisposeAsync().ConfigureAwait(false);
    }

    // A sampler writes what waits, over the network, and has no other way to end.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static NpgsqlDataSource Build(string connectionString, ILoggerFactory loggers)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UseLoggerFactory(loggers);
        builder.UsePgEmbed();
        return builder.Build();
    }

    private PgEmbedException NoDatabase()
    {
        _ownEmbedder?.Dispose();
        return new PgEmbedException(
            "Expected a database, found no connection string and no NpgsqlDataSource among the services.",
            $"Set {nameof(PgEmbedOptions)}.{nameof(PgEmbedOptions.ConnectionString)}, or register a data source that was "
            + "built with UsePgEmbed().");
    }
}
