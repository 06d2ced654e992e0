using Microsoft.Extensions.Logging;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Queries;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Telemetry;

namespace PgEmbed.Postgres;

/// <summary>What all operations on an open collection share.</summary>
internal sealed class CollectionContext
{
    private CollectionContext(CollectionContext context, NpgsqlTransaction transaction)
    {
        Sessions = context.Sessions.Join(transaction);
        Info = context.Info;
        Embedder = context.Embedder;
        LogValues = context.LogValues;
        Logger = context.Logger;
        Sampler = context.Sampler;
        Server = context.Server;
    }

    /// <exception cref="SpaceMismatchException">The model makes vectors of another space.</exception>
    /// <exception cref="PgEmbedException">An option can't be used.</exception>
    public CollectionContext(
        NpgsqlDataSource dataSource, ITextEmbedder embedder, CollectionInfo info, VectorCollectionOptions? options)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(info);
        options ??= new VectorCollectionOptions();
        options.Validate();
        if (!info.Store.Space.Equals(embedder.Space))
            throw new SpaceMismatchException(info.Store.Space.ToString(), embedder.Space.ToString());
        Sessions = new SqlSessions(dataSource);
        Info = info;
        Embedder = embedder;
        LogValues = options.LogValues;
        Logger = options.LoggerFactory.CreateLogger(VectorCollectionOptions.LogCategory);
        Sampler = options.Sampler;
        Server = [.. ServerTags(dataSource.ConnectionString)];
    }

    public SqlSessions Sessions { get; }

    public CollectionInfo Info { get; }

    public ITextEmbedder Embedder { get; }

    public bool LogValues { get; }

    public ILogger Logger { get; }

    public QuerySampler? Sampler { get; }

    /// <summary>The database, as OpenTelemetry's conventions name it.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Server { get; }

    /// <summary>The same within a transaction of the caller's.</summary>
    public CollectionContext Join(NpgsqlTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return new CollectionContext(this, transaction);
    }

    /// <summary>Embeds queries in one call of the model, and warns of those that it cuts.</summary>
    /// <exception cref="InvalidVectorException">The model made a vector that can't be searched by.</exception>
    public async Task<QueryVectors> EmbedQueriesAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var embeddings = await Embedder.EmbedAsync(texts, TextRole.Query, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < embeddings.Truncated; i++)
            CollectionLog.QueryTruncated(Logger, Info.Name, Embedder.Space.Name);
        var vectors = new SpaceVector[texts.Count];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = Embedder.Space.Vector(embeddings.Vectors[i]);
        return new QueryVectors(vectors, embeddings.TruncatedTexts);
    }

    /// <summary>Embeds a query, and warns where the model cuts it.</summary>
    /// <exception cref="ArgumentException">The text is empty or white space.</exception>
    /// <exception cref="InvalidVectorException">The model made a vector that can't be searched by.</exception>
    public async Task<SpaceVector> EmbedQueryAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return (await EmbedQueriesAsync([text], cancellationToken).ConfigureAwait(false)).Vectors[0];
    }

    private static IEnumerable<KeyValuePair<string, object?>> ServerTags(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if ((builder.Database ?? builder.Username) is { Length: > 0 } database)
            yield return new("db.namespace", database);
        // Of several hosts, which one answers is known to Npgsql alone.
        if (builder.Host is not { Length: > 0 } host || host.Contains(',', StringComparison.Ordinal))
            yield break;
        yield return new("server.address", host);
        if (builder.Port != NpgsqlConnection.DefaultPort && !host.StartsWith('/'))
            yield return new("server.port", builder.Port);
    }
}
