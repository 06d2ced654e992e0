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
public sealed class VectorCollection<T> : VectorCollection
{
    /// <summary>Opens a collection that the catalog has.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">The model; it, or another of the options, must make vectors of the collection's space.</param>
    /// <param name="info">The collection.</param>
    /// <param name="mapping">Which property stands for which column.</param>
    /// <param name="options">What it works with beside.</param>
    /// <exception cref="SpaceMismatchException">No model makes vectors of the collection's space.</exception>
    /// <exception cref="PgEmbedException">The mapping doesn't fit the table, or an option can't be used.</exception>
    public VectorCollection(
        NpgsqlDataSource dataSource,
        ITextEmbedder embedder,
        CollectionInfo info,
        CollectionMapping<T> mapping,
        VectorCollectionOptions? options = null)
        : base(
            dataSource,
            embedder,
            info,
            current => new RowMap<T>(mapping ?? throw new ArgumentNullException(nameof(mapping)), current),
            options)
    {
    }

    private VectorCollection(VectorCollection<T> collection, NpgsqlTransaction transaction)
        : base(collection, transaction)
    {
    }

    private RowMap<T> Map => (RowMap<T>)Context.State.Map!;

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
        CollectionOperation.RunAsync("upsert", Info, async operation =>
        {
            var result = await new RowUpsert<T>(Sessions, Context).RunAsync(rows, progress, cancellationToken)
                .ConfigureAwait(false);
            operation.Succeeded(null, ("pgembed.rows", result.Rows), ("pgembed.embedded", result.Embedded));
            CollectionLog.Upserted(
                Context.Logger, result.Rows, Info.Name, result.Embedded, operation.Elapsed.TotalMilliseconds);
            return result;
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
            Info,
            _ => RowLookup.RunAsync(
                Sessions, Info, Map.Columns, RowKeys(keys), reader => Map.Read(reader, 0), cancellationToken),
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
        DeleteAsync(rows.Select(Map.Key), cancellationToken);

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
        Query(text).FilterIf(filter).Top(k).With(options).RunOneAsync(cancellationToken);

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
        Query(vector).FilterIf(filter).Top(k).With(options).RunOneAsync(cancellationToken);

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
    public Task<IReadOnlyList<IReadOnlyList<SearchHit<T>>>> SearchManyAsync(
        IReadOnlyList<string> texts,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return SearchManyAsync(QuerySource.Of(texts), texts.Count, k, filter, options, cancellationToken);
    }

    /// <summary>Finds the rows nearest to each of several vectors of the collection's space, in one round trip.</summary>
    /// <inheritdoc cref="SearchManyAsync(IReadOnlyList{string}, int, Expression{Func{T, bool}}?, SearchOptions?, CancellationToken)"/>
    /// <param name="vectors">The query vectors.</param>
    /// <param name="k">How many rows each, 1 to 10,000.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="options">How they are to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SpaceMismatchException">A vector is of another space.</exception>
    public Task<IReadOnlyList<IReadOnlyList<SearchHit<T>>>> SearchManyAsync(
        IReadOnlyList<SpaceVector> vectors,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        return SearchManyAsync(QuerySource.Of(vectors), vectors.Count, k, filter, options, cancellationToken);
    }

    /// <summary>Begins a search by the meaning of a text.</summary>
    /// <param name="text">The query; embedded with the model's query prompt when it runs.</param>
    /// <exception cref="ArgumentException">The text is empty or white space.</exception>
    public VectorQuery<T, T> Query(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return Query(QuerySource.Of([text]));
    }

    /// <summary>Begins a search by a vector of the collection's space.</summary>
    /// <param name="vector">The query vector.</param>
    public VectorQuery<T, T> Query(SpaceVector vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        return Query(QuerySource.Of(vector));
    }

    /// <summary>Begins a search for rows like the one with a key, by its stored vector, itself left out.</summary>
    /// <param name="key">The key's value; where there are several key columns, a tuple of their values in their order.</param>
    /// <typeparam name="TKey">The key's type.</typeparam>
    public VectorQuery<T, T> QueryLike<TKey>(TKey key)
        where TKey : notnull =>
        Query(QuerySource.Like(info => new KeyShape<TKey>(info).ToRow(key)));

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

    private VectorQuery<T, T> Query(QuerySource source) => new(
        Sessions,
        Context,
        source,
        static state => new MappedRowShape<T>((RowMap<T>)state.Map!),
        static state =>
        {
            var map = (RowMap<T>)state.Map!;
            return new Projection<T>(map.Columns, _ => reader => map.Read(reader, 1));
        });

    private async Task<IReadOnlyList<IReadOnlyList<SearchHit<T>>>> SearchManyAsync(
        QuerySource source,
        int count,
        int k,
        Expression<Func<T, bool>>? filter,
        SearchOptions? options,
        CancellationToken cancellationToken)
    {
        var results = new List<SearchHit<T>>[count];
        for (var i = 0; i < count; i++)
            results[i] = [];
        if (count == 0)
            return results;
        await foreach (var (query, hit) in Query(source).FilterIf(filter).Top(k).With(options)
            .RunAsync(cancellationToken).ConfigureAwait(false))
            results[query].Add(hit);
        return results;
    }

    private Task<long> DeleteAsync(IEnumerable<RowKey> keys, CancellationToken cancellationToken) =>
        CollectionOperation.RunAsync("delete", Info, async operation =>
        {
            var deleted = await RowDelete.RunAsync(Sessions, Info, keys, cancellationToken).ConfigureAwait(false);
            operation.Succeeded(null, ("pgembed.rows", deleted));
            CollectionLog.Deleted(Context.Logger, deleted, Info.Name);
            return deleted;
        });

    private IEnumerable<RowKey> RowKeys<TKey>(IEnumerable<TKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Select(new KeyShape<TKey>(Info).ToRow);
    }
}
