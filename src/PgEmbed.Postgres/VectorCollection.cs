using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Queries;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;
using PgEmbed.Postgres.Telemetry;

namespace PgEmbed.Postgres;

/// <summary>
/// A collection whose rows are known by their column names only. <see cref="VectorCollection{T}"/> has typed rows.
/// Safe to use from many threads.
/// </summary>
public partial class VectorCollection
{
    /// <summary>Opens a collection that the catalog has.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">The model; must make vectors of the collection's space.</param>
    /// <param name="info">The collection.</param>
    /// <param name="options">What it works with beside.</param>
    /// <exception cref="SpaceMismatchException">The model makes vectors of another space.</exception>
    /// <exception cref="PgEmbedException">An option can't be used.</exception>
    public VectorCollection(
        NpgsqlDataSource dataSource, ITextEmbedder embedder, CollectionInfo info, VectorCollectionOptions? options = null) =>
        Context = new CollectionContext(dataSource, embedder, info, options);

    private protected VectorCollection(VectorCollection collection, NpgsqlTransaction transaction) =>
        Context = collection.Context.Join(transaction);

    /// <summary>The collection as the catalog had it when it was opened.</summary>
    public CollectionInfo Info => Context.Info;

    /// <summary>The model.</summary>
    public ITextEmbedder Embedder => Context.Embedder;

    private protected CollectionContext Context { get; }

    private protected SqlSessions Sessions => Context.Sessions;

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
        return CollectionOperation.RunAsync("import", Context, async operation =>
        {
            var result = await new VectorImport<TKey>(Sessions, Info, options ?? new VectorImportOptions())
                .RunAsync(vectors, progress, cancellationToken).ConfigureAwait(false);
            operation.Tell("pgembed.vectors", result.Written);
            operation.Tell("pgembed.vectors_skipped", result.Skipped);
            CollectionLog.Imported(
                Context.Logger, result.Written, Info.Name, result.Skipped, operation.Elapsed.TotalMilliseconds);
            return result;
        });
    }

    /// <summary>Reads the vectors of the collection's space, in no order, as of the moment when it begins.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <typeparam name="TKey">The key's type, or <c>object</c>.</typeparam>
    /// <returns>Each with its row's key and the hash of the text that it is of.</returns>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    /// <exception cref="PgEmbedException">A key is not of the key columns' types.</exception>
    public IAsyncEnumerable<KeyedVector<TKey>> ExportVectorsAsync<TKey>(CancellationToken cancellationToken = default)
        where TKey : notnull =>
        CollectionOperation.StreamAsync(
            "export",
            Context,
            () => VectorExport.RunAsync<TKey>(Sessions, Info, cancellationToken),
            (operation, count, _) => operation.Returned(count),
            cancellationToken);

    /// <summary>Embeds the rows that were written by other means, and removes the vectors of rows that are gone.</summary>
    /// <returns>How far it has come, after every page; the last one is the sum.</returns>
    public IAsyncEnumerable<EmbedProgress> SyncAsync(CancellationToken cancellationToken = default) =>
        CollectionOperation.StreamAsync(
            "sync",
            Context,
            () => new StoreSync(DataSource, Info, Embedder).RunAsync(cancellationToken),
            (operation, _, sum) => Embedded(operation, sum ?? new EmbedProgress()),
            cancellationToken);

    /// <summary>
    /// Waits until rows can be found as they are now, whoever embeds them: read your writes. Each row's vector is then that
    /// of its present text, and its carried values are its present ones.
    /// </summary>
    /// <param name="keys">The rows' keys: values, or for several key columns tuples of values in their order.</param>
    /// <param name="timeout">How long to wait; null: 30 seconds. Zero looks once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <exception cref="PgEmbedException">
    /// A row is not searchable after that time; the message says which, and what is missing. Or a key is not of the key
    /// columns' types.
    /// </exception>
    /// <exception cref="SpaceMismatchException">The collection is served from another space by now.</exception>
    public async Task WaitUntilSearchableAsync<TKey>(
        IEnumerable<TKey> keys, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where TKey : notnull
    {
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero, nameof(timeout));
        await new SearchableWait(Sessions, Info).RunAsync(RowKeys(keys), limit, cancellationToken).ConfigureAwait(false);
    }

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
    public IAsyncEnumerable<SearchHit<IReadOnlyDictionary<string, object?>>> SearchRowsAsync(
        string text,
        int k = 10,
        SqlFilter? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default) =>
        QueryRows(text).FilterIf(filter).Top(k).With(options).StreamAsync(cancellationToken);

    /// <summary>Runs a search and says how, with the server's own plan.</summary>
    /// <returns>The search plan with what happened, and what EXPLAIN ANALYZE says of its statement.</returns>
    /// <inheritdoc cref="SearchRowsAsync"/>
    public Task<(SearchPlan Plan, string ServerPlan)> ExplainRowsAsync(
        string text,
        int k = 10,
        SqlFilter? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default) =>
        QueryRows(text).FilterIf(filter).Top(k).With(options).ExplainAsync(cancellationToken);

    /// <summary>Begins a search by the meaning of a text; a row is a value by column name.</summary>
    /// <param name="text">The query; embedded with the model's query prompt when it runs.</param>
    /// <exception cref="ArgumentException">The text is empty or white space.</exception>
    public VectorQuery<IReadOnlyDictionary<string, object?>, IReadOnlyDictionary<string, object?>> QueryRows(string text) =>
        QueryRows(QuerySource.Of([text]));

    /// <summary>Begins a search by a vector of the collection's space; a row is a value by column name.</summary>
    /// <param name="vector">The query vector.</param>
    public VectorQuery<IReadOnlyDictionary<string, object?>, IReadOnlyDictionary<string, object?>> QueryRows(
        SpaceVector vector) => QueryRows(QuerySource.Of([vector]));

    /// <summary>Begins a search for rows like the one with a key, itself left out; a row is a value by column name.</summary>
    /// <param name="key">The key's value; where there are several key columns, a tuple of their values in their order.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <exception cref="PgEmbedException">The key is not of the key columns' types.</exception>
    public VectorQuery<IReadOnlyDictionary<string, object?>, IReadOnlyDictionary<string, object?>> QueryRowsLike<TKey>(
        TKey key)
        where TKey : notnull => QueryRows(QuerySource.Like(RowKey(key)));

    /// <summary>A key as the key columns have it.</summary>
    private protected RowKey RowKey<TKey>(TKey key) => new KeyShape<TKey>(Info).ToRow(key);

    /// <summary>Keys as the key columns have them.</summary>
    private protected IEnumerable<RowKey> RowKeys<TKey>(IEnumerable<TKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Select(new KeyShape<TKey>(Info).ToRow);
    }

    /// <summary>Tells of texts that were embedded.</summary>
    private protected void Embedded(CollectionOperation operation, EmbedProgress sum)
    {
        operation.Tell("pgembed.rows", sum.Rows);
        operation.Tell("pgembed.rows_embedded", sum.Embedded);
        CollectionLog.Upserted(
            Context.Logger, sum.Rows, Info.Name, sum.Embedded, operation.Elapsed.TotalMilliseconds);
        if (sum.Truncated > 0)
            CollectionLog.TextsTruncated(Context.Logger, sum.Truncated, Info.Name, Embedder.Space.Name);
    }

    private VectorQuery<IReadOnlyDictionary<string, object?>, IReadOnlyDictionary<string, object?>> QueryRows(
        QuerySource source)
    {
        var shape = new NamedRowShape(Info.Source);
        return new(
            Context,
            source,
            shape,
            new Projection<IReadOnlyDictionary<string, object?>>(shape.Columns, reader => shape.Read(reader, 1)));
    }
}
