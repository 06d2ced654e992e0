using System.Linq.Expressions;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Queries;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Stores;
using PgEmbed.Postgres.Telemetry;

namespace PgEmbed.Postgres;

/// <summary>A table's rows, written and searched by the meaning of their text. Safe to use from many threads.</summary>
/// <typeparam name="T">The row.</typeparam>
public sealed partial class VectorCollection<T> : VectorCollection
{
    private readonly RowMap<T> _map;
    private readonly MappedRowShape<T> _shape;
    private readonly Projection<T> _whole;

    /// <summary>Opens a collection that the catalog has.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">The model; must make vectors of the collection's space.</param>
    /// <param name="info">The collection.</param>
    /// <param name="mapping">Which property stands for which column.</param>
    /// <param name="relatedTables">The tables that the mapping's references lead to.</param>
    /// <param name="options">What it works with beside.</param>
    /// <exception cref="SpaceMismatchException">The model makes vectors of another space.</exception>
    /// <exception cref="PgEmbedException">The mapping doesn't fit the table, or an option can't be used.</exception>
    public VectorCollection(
        NpgsqlDataSource dataSource,
        ITextEmbedder embedder,
        CollectionInfo info,
        CollectionMapping<T> mapping,
        IReadOnlyList<SourceTable>? relatedTables = null,
        VectorCollectionOptions? options = null)
        : base(dataSource, embedder, info, options)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        _map = new RowMap<T>(mapping, info, relatedTables);
        _shape = new MappedRowShape<T>(_map);
        _whole = new Projection<T>(_map.Columns, reader => _map.Read(reader, 1));
    }

    private VectorCollection(VectorCollection<T> collection, NpgsqlTransaction transaction)
        : base(collection, transaction)
    {
        _map = collection._map;
        _shape = collection._shape;
        _whole = collection._whole;
    }

    /// <inheritdoc/>
    public override VectorCollection<T> WithTransaction(NpgsqlTransaction transaction) => new(this, transaction);

    /// <summary>
    /// Writes rows and their vectors: new rows are inserted, rows whose key is there are updated, and only texts that
    /// have changed are embedded. A row and its vector become visible together; batches one after another.
    /// </summary>
    /// <param name="rows">The rows; where a key comes twice, the later one counts.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Stops it; batches already written stay.</param>
    /// <exception cref="PgEmbedException">A row has no key, or a text that PostgreSQL can't store.</exception>
    public Task<EmbedProgress> UpsertAsync(
        IAsyncEnumerable<T> rows,
        IProgress<EmbedProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        CollectionOperation.RunAsync("upsert", Context, async operation =>
        {
            var sum = await new RowUpsert<T>(Sessions, Info, _map, Embedder)
                .RunAsync(rows, progress, cancellationToken).ConfigureAwait(false);
            Embedded(operation, sum);
            return sum;
        });

    /// <inheritdoc cref="UpsertAsync(IAsyncEnumerable{T}, IProgress{EmbedProgress}?, CancellationToken)"/>
    public Task<EmbedProgress> UpsertAsync(
        IEnumerable<T> rows,
        IProgress<EmbedProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        UpsertAsync(rows.ToAsyncEnumerable(), progress, cancellationToken);

    /// <summary>Reads the row with a key.</summary>
    /// <param name="key">The key's value; where there are several key columns, a tuple of their values in their order.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <returns>The row, or null (of a struct its default) where there is none.</returns>
    /// <exception cref="PgEmbedException">The key is not of the key columns' types.</exception>
    public ValueTask<T?> GetAsync<TKey>(TKey key, CancellationToken cancellationToken = default)
        where TKey : notnull =>
        GetManyAsync([key], cancellationToken).FirstOrDefaultAsync(cancellationToken);

    /// <summary>Reads the rows with some keys.</summary>
    /// <param name="keys">The keys; each as <see cref="GetAsync"/> takes it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <returns>The rows that are there, in the order of the keys.</returns>
    /// <exception cref="PgEmbedException">A key is not of the key columns' types.</exception>
    public IAsyncEnumerable<T> GetManyAsync<TKey>(
        IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
        where TKey : notnull =>
        CollectionOperation.StreamAsync(
            "get",
            Context,
            () => RowLookup.RunAsync(
                Sessions, Info, _map.Columns, RowKeys(keys), reader => _map.Read(reader, 0), cancellationToken),
            (operation, count, _) => operation.Returned(count),
            cancellationToken);

    /// <summary>Deletes the row with a key, and its vectors with it.</summary>
    /// <param name="key">The key's value; where there are several key columns, a tuple of their values in their order.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <returns>False where there was no such row.</returns>
    /// <exception cref="PgEmbedException">The key is not of the key columns' types.</exception>
    public async Task<bool> DeleteAsync<TKey>(TKey key, CancellationToken cancellationToken = default)
        where TKey : notnull =>
        await DeleteManyAsync([key], cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Deletes the rows with some keys, and their vectors with them: all in one transaction, or none.</summary>
    /// <param name="keys">The keys; each as <see cref="DeleteAsync"/> takes it.</param>
    /// <param name="cancellationToken">Stops it; nothing is deleted then.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <returns>How many rows there were.</returns>
    /// <exception cref="PgEmbedException">A key is not of the key columns' types.</exception>
    public Task<long> DeleteManyAsync<TKey>(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
        where TKey : notnull =>
        DeleteAsync(RowKeys(keys), cancellationToken);

    /// <summary>Deletes the rows that have the keys of these, and their vectors: all in one transaction, or none.</summary>
    /// <inheritdoc cref="DeleteManyAsync"/>
    /// <param name="rows">The rows; of each only the key counts.</param>
    /// <param name="cancellationToken">Stops it; nothing is deleted then.</param>
    public Task<long> DeleteRowsAsync(IEnumerable<T> rows, CancellationToken cancellationToken = default) =>
        DeleteAsync(rows.Select(_map.Key), cancellationToken);

    /// <summary>Finds the rows nearest in meaning to a text.</summary>
    /// <param name="text">The query; embedded with the model's query prompt.</param>
    /// <param name="k">How many rows, 1 to 10,000.</param>
    /// <param name="filter">Which rows count; translated into SQL, its values as parameters.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>min(k, rows that match) rows, nearest first, ties by key.</returns>
    /// <exception cref="FilterNotSupportedException">A part of the filter has no translation.</exception>
    /// <exception cref="PgEmbedException">An argument is out of its range.</exception>
    public IAsyncEnumerable<SearchHit<T>> SearchAsync(
        string text,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Query(text).FilterIf(filter).Top(k).With(options).StreamAsync(cancellationToken);

    /// <summary>Finds the rows nearest to a vector of the collection's space.</summary>
    /// <param name="vector">The query vector.</param>
    /// <param name="k">How many rows, 1 to 10,000.</param>
    /// <param name="filter">Which rows count; translated into SQL, its values as parameters.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>min(k, rows that match) rows, nearest first, ties by key.</returns>
    /// <exception cref="SpaceMismatchException">The vector is of another space.</exception>
    /// <exception cref="FilterNotSupportedException">A part of the filter has no translation.</exception>
    /// <exception cref="PgEmbedException">An argument is out of its range.</exception>
    public IAsyncEnumerable<SearchHit<T>> SearchAsync(
        SpaceVector vector,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Query(vector).FilterIf(filter).Top(k).With(options).StreamAsync(cancellationToken);

    /// <summary>Finds the rows nearest to each of several texts: embedded in one call, searched in one round trip.</summary>
    /// <param name="texts">The queries.</param>
    /// <param name="k">How many rows each, 1 to 10,000.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="options">How they are to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>For each text, in their order, min(k, rows that match) rows, nearest first, ties by key.</returns>
    /// <exception cref="ArgumentException">A text is empty or white space.</exception>
    /// <exception cref="FilterNotSupportedException">A part of the filter has no translation.</exception>
    /// <exception cref="PgEmbedException">An argument is out of its range.</exception>
    public Task<IReadOnlyList<SearchResult<T>>> SearchManyAsync(
        IReadOnlyList<string> texts,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Query(QuerySource.Of(texts)).FilterIf(filter).Top(k).With(options).RunAllAsync(cancellationToken);
    }

    /// <summary>Finds the rows nearest to each of several vectors of the collection's space, in one round trip.</summary>
    /// <param name="vectors">The query vectors.</param>
    /// <param name="k">How many rows each, 1 to 10,000.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="options">How they are to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>For each vector, in their order, min(k, rows that match) rows, nearest first, ties by key.</returns>
    /// <exception cref="SpaceMismatchException">A vector is of another space.</exception>
    /// <exception cref="FilterNotSupportedException">A part of the filter has no translation.</exception>
    /// <exception cref="PgEmbedException">An argument is out of its range.</exception>
    public Task<IReadOnlyList<SearchResult<T>>> SearchManyAsync(
        IReadOnlyList<SpaceVector> vectors,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        return Query(QuerySource.Of(vectors)).FilterIf(filter).Top(k).With(options).RunAllAsync(cancellationToken);
    }

    /// <summary>Begins a search by the meaning of a text.</summary>
    /// <param name="text">The query; embedded with the model's query prompt when it runs.</param>
    /// <exception cref="ArgumentException">The text is empty or white space.</exception>
    public VectorQuery<T, T> Query(string text) => Query(QuerySource.Of([text]));

    /// <summary>Begins a search by a vector of the collection's space.</summary>
    /// <param name="vector">The query vector.</param>
    public VectorQuery<T, T> Query(SpaceVector vector) => Query(QuerySource.Of([vector]));

    /// <summary>Begins a search for rows like the one with a key, by its stored vector, itself left out.</summary>
    /// <param name="key">The key's value; where there are several key columns, a tuple of their values in their order.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <exception cref="PgEmbedException">The key is not of the key columns' types.</exception>
    public VectorQuery<T, T> QueryLike<TKey>(TKey key)
        where TKey : notnull => Query(QuerySource.Like(RowKey(key)));

    /// <summary>Runs a search and says how, with the server's own plan.</summary>
    /// <param name="vector">The query vector.</param>
    /// <param name="k">How many rows, 1 to 10,000.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The search plan with what happened, and what EXPLAIN ANALYZE says of its statement.</returns>
    /// <exception cref="PgEmbedException">As <see cref="SearchAsync(SpaceVector, int, Expression{Func{T, bool}}?, SearchOptions?, CancellationToken)"/>.</exception>
    public Task<(SearchPlan Plan, string ServerPlan)> ExplainAsync(
        SpaceVector vector,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Query(vector).FilterIf(filter).Top(k).With(options).ExplainAsync(cancellationToken);

    private VectorQuery<T, T> Query(QuerySource source) => new(Context, source, _shape, _whole);

    private Task<long> DeleteAsync(IEnumerable<RowKey> keys, CancellationToken cancellationToken) =>
        CollectionOperation.RunAsync("delete", Context, async operation =>
        {
            var deleted = await RowDelete.RunAsync(Sessions, Info, keys, cancellationToken).ConfigureAwait(false);
            operation.Tell("pgembed.rows", deleted);
            CollectionLog.Deleted(Context.Logger, deleted, Info.Name);
            return deleted;
        });
}
