using Microsoft.Extensions.Logging;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Telemetry;

namespace PgEmbed.Postgres;

/// <summary>What an open collection and its likes within transactions share: its state, its models, its logger.</summary>
internal sealed class CollectionContext
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly IReadOnlyList<ITextEmbedder> _embedders;
    private readonly Func<CollectionInfo, object?> _bind;
    private volatile CollectionState _state;

    /// <param name="dataSource">The database.</param>
    /// <param name="embedder">The model.</param>
    /// <param name="info">The collection.</param>
    /// <param name="bind">Binds the row type to the table.</param>
    /// <param name="options">What it works with beside.</param>
    /// <exception cref="SpaceMismatchException">No model is of the collection's space.</exception>
    public CollectionContext(
        NpgsqlDataSource dataSource,
        ITextEmbedder embedder,
        CollectionInfo info,
        Func<CollectionInfo, object?> bind,
        VectorCollectionOptions? options)
    {
        Options = options ?? new VectorCollectionOptions();
        Options.Validate();
        _dataSource = dataSource;
        _embedders = [embedder, .. Options.OtherEmbedders];
        _bind = bind;
        Logger = Options.LoggerFactory.CreateLogger("PgEmbed.Collection");
        _state = StateOf(info)
            ?? throw new SpaceMismatchException(info.Store.Space.ToString(), embedder.Space.ToString());
    }

    public CollectionState State => _state;

    public VectorCollectionOptions Options { get; }

    public ILogger Logger { get; }

    /// <summary>Reads the catalog again after the server has said that another space serves.</summary>
    /// <param name="earlier">The state that was refused.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The state there is now; null where none of the models is of its space.</returns>
    public async Task<CollectionState?> RefreshAsync(CollectionState earlier, CancellationToken cancellationToken)
    {
        var current = _state;
        if (current != earlier)
            return current;
        var info = await new CollectionCatalog(_dataSource).GetAsync(earlier.Info.Name, cancellationToken)
            .ConfigureAwait(false);
        if (StateOf(info) is not { } state)
            return null;
        CollectionLog.SpaceSwitched(
            Logger, info.Name, info.Store.Space.ToString(), earlier.Info.Store.Space.ToString());
        return _state = state;
    }

    private CollectionState? StateOf(CollectionInfo info) =>
        _embedders.FirstOrDefault(embedder => embedder.Space.Equals(info.Store.Space)) is { } embedder
            ? new CollectionState(info, embedder, _bind(info))
            : null;
}
