using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Search;
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
        DataSource = dataSource;
        Embedder = embedder;
        Info = info;
    }

    /// <summary>The collection as the catalog had it when it was opened.</summary>
    public CollectionInfo Info { get; }

    /// <summary>The model.</summary>
    public ITextEmbedder Embedder { get; }

    /// <summary>The database.</summary>
    protected NpgsqlDataSource DataSource { get; }

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
            DataSource, RowQuery(vector, k, filter, options), Row, cancellationToken).ConfigureAwait(false);
        foreach (var hit in hits)
            yield return hit;
    }

    /// <summary>Says how a search would be run, with the server's own plan.</summary>
    /// <returns>The search plan, and what EXPLAIN says of its statement.</returns>
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
            DataSource, RowQuery(vector, k, filter, options), analyze: false, cancellationToken).ConfigureAwait(false);
    }

    private SearchQuery RowQuery(SpaceVector vector, int k, SqlFilter? filter, SearchOptions? options)
    {
        var query = new SearchQuery(Info, vector, k, Info.Source.Columns, options);
        query.Filter = filter?.ToSql(query.Parameters);
        return query;
    }

    private static IReadOnlyDictionary<string, object?> Row(NpgsqlDataReader reader)
    {
        var row = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 1; i < reader.FieldCount; i++)
            row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
        return row;
    }
}
