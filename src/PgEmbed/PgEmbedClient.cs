using Npgsql;
using PgEmbed.Codecs;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Stores;

namespace PgEmbed;

/// <summary>
/// Where an application begins: a database and a model, and the collections in the one that the other serves. Safe to
/// use from many threads.
/// </summary>
public sealed class PgEmbedClient
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly CollectionCatalog _catalog;
    private readonly VectorCollectionOptions _options;

    /// <summary>Creates a client.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">The model; never disposed here.</param>
    /// <param name="options">What its collections work with beside.</param>
    /// <exception cref="PgEmbedException">An option can't be used.</exception>
    public PgEmbedClient(
        NpgsqlDataSource dataSource, ITextEmbedder embedder, VectorCollectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(embedder);
        _options = options ?? new VectorCollectionOptions();
        _options.Validate();
        _dataSource = dataSource;
        Embedder = embedder;
        _catalog = new CollectionCatalog(dataSource);
    }

    /// <summary>The database.</summary>
    public NpgsqlDataSource DataSource => _dataSource;

    /// <summary>The model.</summary>
    public ITextEmbedder Embedder { get; }

    /// <summary>Defines a collection where it is not there yet, and opens it.</summary>
    /// <param name="mapping">The table, its key and its text.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <typeparam name="T">The row.</typeparam>
    /// <exception cref="PgEmbedException">
    /// The definition doesn't fit the table, or a collection of that name is there with another definition.
    /// </exception>
    /// <exception cref="SpaceMismatchException">A collection of that name is there in another space.</exception>
    public async Task<VectorCollection<T>> DefineCollectionAsync<T>(
        CollectionMapping<T> mapping, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        var info = await _catalog.DefineAsync(mapping.ToDefinition(), Embedder.Space, cancellationToken)
            .ConfigureAwait(false);
        return await OpenAsync(info, mapping, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Defines a collection as the attributes of its row type say, where it is not there yet, and opens it.</summary>
    /// <inheritdoc cref="DefineCollectionAsync{T}(CollectionMapping{T}, CancellationToken)"/>
    public Task<VectorCollection<T>> DefineCollectionAsync<T>(CancellationToken cancellationToken = default) =>
        DefineCollectionAsync(CollectionMapping.FromAttributes<T>(), cancellationToken);

    /// <summary>Defines a collection where it is not there yet, and opens it, its rows known by column names only.</summary>
    /// <inheritdoc cref="DefineCollectionAsync{T}(CollectionMapping{T}, CancellationToken)"/>
    public async Task<VectorCollection> DefineCollectionAsync(
        CollectionDefinition definition, CancellationToken cancellationToken = default)
    {
        var info = await _catalog.DefineAsync(definition, Embedder.Space, cancellationToken).ConfigureAwait(false);
        return new VectorCollection(_dataSource, Embedder, info, _options);
    }

    /// <summary>Opens a collection that is there, whatever its key and text are to be by the mapping.</summary>
    /// <param name="mapping">The collection's name, and which property stands for which column; null: by attributes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <typeparam name="T">The row.</typeparam>
    /// <exception cref="PgEmbedException">There is none of that name, or the mapping doesn't fit its table.</exception>
    /// <exception cref="SpaceMismatchException">It is in another space than the model's.</exception>
    public async Task<VectorCollection<T>> OpenCollectionAsync<T>(
        CollectionMapping<T>? mapping = null, CancellationToken cancellationToken = default)
    {
        mapping ??= CollectionMapping.FromAttributes<T>();
        var info = await _catalog.GetAsync(mapping.Name, cancellationToken).ConfigureAwait(false);
        return await OpenAsync(info, mapping, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a collection, its rows known by column names only.</summary>
    /// <exception cref="PgEmbedException">There is none of that name.</exception>
    /// <exception cref="SpaceMismatchException">It is in another space than the model's.</exception>
    public async Task<VectorCollection> OpenCollectionAsync(string name, CancellationToken cancellationToken = default) =>
        new(_dataSource, Embedder, await _catalog.GetAsync(name, cancellationToken).ConfigureAwait(false), _options);

    /// <summary>Lists the names of all collections, in order.</summary>
    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken = default) =>
        _catalog.ListAsync(cancellationToken);

    /// <summary>
    /// Gives a collection other carried columns, or divides its store otherwise, while it is searched and written. No text
    /// is embedded again. What was opened before has to be opened again, to write.
    /// </summary>
    /// <inheritdoc cref="CollectionAlteration.RunAsync"/>
    public Task<AlterationResult> AlterCollectionAsync(
        string name,
        IReadOnlyList<string> carriedColumns,
        Partitioning? partitioning = null,
        IProgress<AlterationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new CollectionAlteration(_dataSource, progress)
            .RunAsync(name, carriedColumns, partitioning, cancellationToken: cancellationToken);

    /// <summary>
    /// Gives a collection another codec while it is searched and written. What was opened before goes on searching, and has to
    /// be opened again to write.
    /// </summary>
    /// <inheritdoc cref="CodecChange.RunAsync"/>
    public Task<AlterationResult> ChangeCodecAsync(
        string name,
        StoreRecipe recipe,
        CodecChangeOptions? options = null,
        IProgress<AlterationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new CodecChange(_dataSource, Embedder, progress).RunAsync(name, recipe, options, cancellationToken);

    /// <summary>Removes a collection and its stores; the user's table stays as it is.</summary>
    /// <returns>False where there was none.</returns>
    public Task<bool> DropCollectionAsync(string name, CancellationToken cancellationToken = default) =>
        _catalog.DropAsync(name, cancellationToken);

    private async Task<VectorCollection<T>> OpenAsync<T>(
        CollectionInfo info, CollectionMapping<T> mapping, CancellationToken cancellationToken)
    {
        var related = await _catalog.RelatedTablesAsync(mapping, cancellationToken).ConfigureAwait(false);
        return new VectorCollection<T>(_dataSource, Embedder, info, mapping, related, _options);
    }
}
