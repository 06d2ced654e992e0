using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres;

/// <summary>
/// A collection whose rows are known by their column names only. <see cref="VectorCollection{T}"/> has typed rows.
/// Safe to use from many threads.
/// </summary>
public class VectorCollection
{
    /// <summary>Opens a collection that the catalog has.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">The model; must make vectors of the collection's space.</param>
    /// <param name="info">The collection.</param>
    /// <exception cref="SpaceMismatchException">The model makes vectors of another space.</exception>
    public VectorCollection(NpgsqlDataSource dataSource, ITextEmbedder embedder, CollectionInfo info)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(info);
        if (!info.Store.Space.Equals(embedder.Space))
            throw new SpaceMismatchException(info.Store.Space.ToString(), embedder.Space.ToString());
        Sessions = new SqlSessions(dataSource);
        Embedder = embedder;
        Info = info;
    }

    private protected VectorCollection(VectorCollection collection, NpgsqlTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        Sessions = collection.Sessions.Join(transaction);
        Embedder = collection.Embedder;
        Info = collection.Info;
        Sampler = collection.Sampler;
    }

    /// <summary>The collection as the catalog had it when it was opened.</summary>
    public CollectionInfo Info { get; }

    /// <summary>The model.</summary>
    public ITextEmbedder Embedder { get; }

    /// <summary>Keeps a share of the searches as samples; null for none.</summary>
    public QuerySampler? Sampler { get; init; }

    private protected SqlSessions Sessions { get; }

    private protected NpgsqlDataSource DataSource => Sessions.DataSource;

    /// <summary>
    /// The same collection within a transaction of the caller's: what is read and written through it is part of the
    /// transaction, and becomes visible to others when the caller commits it. For one task at a time, as its connection
    /// is.
    /// </summary>
    /// <param name="transaction">The transaction, of a connection of the same database with <c>UsePgEmbed()</c>.</param>
    public virtual VectorCollection WithTransaction(NpgsqlTransaction transaction) => new(this, transaction);

    /// <summary>
    /// Takes in vectors that were made elsewhere: all of them, or none. They are checked one by one before they are sent,
    /// and replace what the store has for their keys; of a key that comes twice the later one counts.
    /// </summary>
    /// <param name="space">The space that they are of; must be the collection's.</param>
    /// <param name="vectors">The vectors; each is kept until its batch is written.</param>
    /// <param name="options">How they are taken in.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Stops it; nothing is written then.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <exception cref="SpaceMismatchException">They are of another space than the collection is served from.</exception>
    /// <exception cref="PgEmbedException">
    /// A vector has another dimension, a NaN or infinite value, or no direction under cosine, or there is no row for it; its
    /// position and key are named.
    /// </exception>
    public Task<VectorImportResult> ImportVectorsAsync<TKey>(
        VectorSpace space,
        IAsyncEnumerable<KeyedVector<TKey>> vectors,
        VectorImportOptions? options = null,
        IProgress<VectorImportResult>? progress = null,
        CancellationToken cancellationToken = default)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(vectors);
        if (!space.Equals(Info.Store.Space))
            throw new SpaceMismatchException(Info.Store.Space.ToString(), space.ToString());
        return new VectorImport<TKey>(Sessions, Info, options ?? new VectorImportOptions())
            .RunAsync(vectors, progress, cancellationToken);
    }

    /// <summary>Reads the vectors of the collection's space, in no order, as of the moment when it begins.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <typeparam name="TKey">The key's type, or <c>object</c>.</typeparam>
    /// <returns>Each with its row's key and the hash of the text that it is of.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    /// <exception cref="PgEmbedException">A key is not of the key columns' types.</exception>
    public IAsyncEnumerable<KeyedVector<TKey>> ExportVectorsAsync<TKey>(CancellationToken cancellationToken = default)
        where TKey : notnull =>
        VectorExport.RunAsync<TKey>(Sessions, Info, cancellationToken);

    /// <summary>Embeds the rows that were written by other means, and removes the vectors of rows that are gone.</summary>
    /// <returns>How far it has come, after every page; the last one is the sum.</returns>
    public IAsyncEnumerable<EmbedProgress> SyncAsync(CancellationToken cancellationToken = default) =>
        new StoreSync(DataSource, Info, Embedder).RunAsync(cancellationToken);

    /// <summary>Builds the HNSW index; readers and writers go on meanwhile.</summary>
    /// <returns>False where it was there already.</returns>
    /// <remarks><see cref="IndexManager"/> does the same with progress, and more.</remarks>
    /// <exception cref="PgEmbedException">
    /// The vectors have more dimensions than an index takes, or the graph doesn't fit in the memory.
    /// </exception>
    public async Task<bool> BuildIndexAsync(
        HnswOptions? options = null, CancellationToken cancellationToken = default) =>
        (await new IndexManager(DataSource).BuildAsync(
            IndexTargetReader.OfStore(Info, filter: null), options, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Built;

    /// <summary>Finds the rows nearest in meaning to a text.</summary>
    /// <param name="text">The query; embedded with the model's query prompt.</param>
    /// <param name="k">How many rows, 1 to 10,000.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>min(k, rows that match) rows, nearest first, ties by key; a value by column name.</returns>
    /// <exception cref="PgEmbedException">An argument is out of its range.</exception>
    /// <exception cref="PostgresException">The server can't run the filter.</exception>
    public async IAsyncEnumerable<SearchHit<IReadOnlyDictionary<string, object?>>> SearchRowsAsync(
        string text,
        int k = 10,
        SqlFilter? filter = null,
        SearchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var vector = await Embedder.EmbedQueryAsync(text, cancellationToken).ConfigureAwait(false);
        var (_, hits) = await VectorSearch.RunAsync(
            Sessions, RowQuery(vector, k, filter, options), Row, cancellationToken).ConfigureAwait(false);
        foreach (var hit in hits)
            yield return hit;
    }

    /// <summary>Runs a search and says how, with the server's own plan.</summary>
    /// <returns>The search plan with what happened, and what EXPLAIN ANALYZE says of its statement.</returns>
    /// <inheritdoc cref="SearchRowsAsync"/>
    public async Task<(SearchPlan Plan, string ServerPlan)> ExplainRowsAsync(
        string text,
        int k = 10,
        SqlFilter? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var vector = await Embedder.EmbedQueryAsync(text, cancellationToken).ConfigureAwait(false);
        return await VectorSearch.ExplainAsync(
            Sessions, RowQuery(vector, k, filter, options), cancellationToken).ConfigureAwait(false);
    }

    private SearchQuery RowQuery(SpaceVector vector, int k, SqlFilter? filter, SearchOptions? options)
    {
        var query = new SearchQuery(Info, vector, k, Info.Source.Columns, options) { Sampler = Sampler };
        query.Filter = filter?.ToSql(query.Parameters);
        return query;
    }

    private IReadOnlyDictionary<string, object?> Row(NpgsqlDataReader reader)
    {
        var row = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 1; i <= Info.Source.Columns.Count; i++)
            row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
        return row;
    }
}
