using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes.Advising;
using PgEmbed.Postgres.Indexes.Building;
using PgEmbed.Postgres.Indexes.Checking;
using PgEmbed.Postgres.Indexes.Health;
using PgEmbed.Postgres.Indexes.Tuning;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes;

/// <summary>
/// HNSW indexes: what there are, building them, and taking them away. On stores, and on the vector columns of any other
/// table; PgEmbed's schema is needed only for stores. Safe to use from many threads.
/// </summary>
/// <remarks>
/// A build needs a session of its own from beginning to end, and a second one for its progress: connect to the server
/// itself, not through a pooler that shares sessions.
/// </remarks>
public sealed class IndexManager
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly CollectionCatalog _catalog;

    /// <summary>Creates a manager.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    public IndexManager(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _catalog = new CollectionCatalog(dataSource);
    }

    /// <summary>The store that serves a collection, to be indexed.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="filter">
    /// The condition of a partial index, in SQL over the key and carried columns of the collection's table.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">
    /// There is no such collection, it has too many dimensions, or the filter is over other columns than those carried.
    /// </exception>
    public async Task<IndexTarget> TargetAsync(
        string collection, string? filter = null, CancellationToken cancellationToken = default)
    {
        var info = await _catalog.GetAsync(collection, cancellationToken).ConfigureAwait(false);
        return IndexTargetReader.OfStore(
            info,
            string.IsNullOrWhiteSpace(filter)
                ? filter
                : await CarriedCondition.WholeAsync(_dataSource, info, filter, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>A column of any table, to be indexed.</summary>
    /// <param name="table">The table as SQL writes it: <c>items</c>, <c>app."Items"</c>.</param>
    /// <param name="column">The column, as it is called, without quotes.</param>
    /// <param name="metric">What to measure by; null: cosine, or Hamming for bits.</param>
    /// <param name="indexedAs">
    /// The type to index it as: halfvec for a vector of up to 4,000 dimensions, bit for the signs of its values. A search
    /// must order by the same expression. Null: as it is.
    /// </param>
    /// <param name="filter">The condition of a partial index, in SQL over the table's columns.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">No such table or column, or one that can't be indexed so.</exception>
    public async Task<IndexTarget> ColumnTargetAsync(
        string table,
        string column,
        IndexMetric? metric = null,
        IndexedType? indexedAs = null,
        string? filter = null,
        CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await IndexTargetReader.OfColumnAsync(
                connection, table, column, metric, indexedAs, filter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the HNSW indexes of the database, those of partitions under their parents.</summary>
    /// <param name="storesOnly">Leaves out those on other tables than stores.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<HnswIndex>> ListAsync(
        bool storesOnly = false, CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var all = await HnswIndexReader.ListAsync(connection, cancellationToken).ConfigureAwait(false);
            return storesOnly ? [.. all.Where(index => index.Schema == StoreInfo.Schema)] : all;
        }
    }

    /// <summary>What failed or killed builds left, ours and others'.</summary>
    public async Task<IReadOnlyList<Leftover>> LeftoversAsync(CancellationToken cancellationToken = default) =>
        Leftovers.Among(await ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false));

    /// <summary>Works out what a build would do; changes nothing.</summary>
    /// <param name="target">What to index.</param>
    /// <param name="options">How. Null: <see cref="OptionsAsync"/>.</param>
    /// <param name="replace">Whether an index that is there is to be built anew.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">The table is gone, or an index of that name indexes something else.</exception>
    public async Task<IndexBuildPlan> PlanAsync(
        IndexTarget target, HnswOptions? options = null, bool replace = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        options ??= await OptionsAsync(target, cancellationToken).ConfigureAwait(false);
        return await new IndexBuilder(_dataSource, null).PlanAsync(target, options, replace, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>How an index is built where nobody says how: as was tuned, else by pgvector's defaults.</summary>
    /// <param name="target">What to index.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<HnswOptions> OptionsAsync(IndexTarget target, CancellationToken cancellationToken = default) =>
        await TunedAsync(target, cancellationToken).ConfigureAwait(false) is { } tuned
            ? new HnswOptions { M = tuned.M, EfConstruction = tuned.EfConstruction }
            : new HnswOptions();

    /// <summary>
    /// Builds an index; readers and writers go on meanwhile. A build that fails or is cancelled leaves nothing, and one
    /// that was killed is cleared up by the next.
    /// </summary>
    /// <param name="target">What to index.</param>
    /// <param name="options">How. Null: <see cref="OptionsAsync"/>.</param>
    /// <param name="replace">
    /// Whether an index that is there is built anew: the new one is built beside it and then takes its place, so that
    /// searches have one all the time.
    /// </param>
    /// <param name="planned">Told of the plan before anything is changed.</param>
    /// <param name="progress">Told how far it is, about twice a second.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was done; nothing, where the index was there and was not to be replaced.</returns>
    /// <exception cref="PgEmbedException">
    /// The graph doesn't fit in the memory and <see cref="HnswOptions.AllowSpill"/> is not set; the role is not the
    /// table's owner; another session builds on the table; the table is gone.
    /// </exception>
    public async Task<IndexBuildResult> BuildAsync(
        IndexTarget target,
        HnswOptions? options = null,
        bool replace = false,
        Action<IndexBuildPlan>? planned = null,
        IProgress<IndexBuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        options ??= await OptionsAsync(target, cancellationToken).ConfigureAwait(false);
        return await new IndexBuilder(_dataSource, progress).BuildAsync(target, options, replace, planned, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Measures what an index is worth: recall against exact searches, with its confidence interval, time, pages read, dead
    /// rows, and its size against a fresh build's.
    /// </summary>
    /// <param name="target">What is indexed.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There is no valid index, or the server doesn't use it.</exception>
    public async Task<IndexCheckResult> CheckAsync(
        IndexTarget target, IndexCheckOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await new IndexChecker(connection, target, options ?? new IndexCheckOptions())
                .RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Finds m, ef_construction and ef_search for a recall, from measurements on a sample that is copied to a temporary
    /// table; changes nothing else.
    /// </summary>
    /// <param name="target">What is, or will be, indexed.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There are too few rows, or the sample's graph doesn't fit in the memory.</exception>
    public async Task<IndexTuning> TuneAsync(
        IndexTarget target,
        IndexTuneOptions? options = null,
        IProgress<string>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await new IndexTuner(connection, target, options ?? new IndexTuneOptions(), progress)
                .RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Keeps what tuning found for a collection: its index is built so from then on, and searches go by that ef_search where
    /// the index is.
    /// </summary>
    /// <param name="target">The collection that was tuned.</param>
    /// <param name="tuning">What was found.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False where there is nothing to keep it for: no advice, another table than a store, a partial index.</returns>
    public async Task<bool> KeepAsync(
        IndexTarget target, IndexTuning tuning, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(tuning);
        if (target.StoreId is not { } store || target.Filter is not null || tuning.Advice is null)
            return false;
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            await TuningCatalog.WriteAsync(connection, store, tuning, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>What was kept of tuning a collection; null where it was not tuned, or for another table.</summary>
    /// <param name="target">What is, or will be, indexed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<TunedIndex?> TunedAsync(IndexTarget target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.StoreId is not { } store)
            return null;
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await TuningCatalog.FindAsync(connection, store, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says whether churn has cost an index recall or size, and what to do about it; changes nothing.</summary>
    /// <param name="target">What is indexed.</param>
    /// <param name="options">When it counts as worn.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There is no valid index, or the server doesn't use it.</exception>
    public async Task<IndexHealth> HealthAsync(
        IndexTarget target, IndexHealthOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await new HealthExaminer(connection, target, options ?? new IndexHealthOptions())
                .RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Proposes partial indexes and partitions by the filters that searches have, with what they are expected to save;
    /// changes nothing. The filters are run read-only, with the rights of this role.
    /// </summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="options">By what.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There are no filters, no rows, no index, or a filter can't be run.</exception>
    public async Task<IndexAdvice> AdviseAsync(
        string collection,
        IndexAdviseOptions? options = null,
        IProgress<string>? progress = null,
        CancellationToken cancellationToken = default) =>
        await new IndexAdvisor(_dataSource, progress).AdviseAsync(
            await _catalog.GetAsync(collection, cancellationToken).ConfigureAwait(false),
            options ?? new IndexAdviseOptions(),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Applies what was proposed, and measures the same searches again. Nothing is embedded again.</summary>
    /// <param name="advice">The advice.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="building">Told how far the build of a partial index is.</param>
    /// <param name="cancellationToken">Stops it; what is complete by then stays.</param>
    /// <returns>The advice with what searches take after.</returns>
    /// <exception cref="PgEmbedException">A build doesn't fit in memory, the role has no right to, an upgrade is under way.</exception>
    public async Task<IndexAdvice> ApplyAsync(
        IndexAdvice advice,
        IProgress<string>? progress = null,
        IProgress<IndexBuildProgress>? building = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(advice);
        return await new IndexAdvisor(_dataSource, progress).ApplyAsync(
            await _catalog.GetAsync(advice.Collection, cancellationToken).ConfigureAwait(false),
            advice,
            building,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes one leftover that is ours.</summary>
    /// <returns>False where it was gone, or had become valid meanwhile.</returns>
    /// <exception cref="PgEmbedException">It is another's, or its table is locked all the time.</exception>
    public async Task<bool> RemoveAsync(Leftover leftover, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(leftover);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await Leftovers.RemoveAsync(connection, leftover, new ShortDdl(), cancellationToken)
                .ConfigureAwait(false);
    }

    /// <summary>Drops an index; searches are exact from then on.</summary>
    /// <exception cref="PgEmbedException">The index belongs to a partitioned table's, or its table is locked.</exception>
    public async Task DropAsync(HnswIndex index, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (index.ParentOid != 0)
            throw new PgEmbedException(
                $"Expected an index of its own, got {index.Sql}, which belongs to a partitioned table's.",
                "Drop that one.");
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            await IndexDrop.RunAsync(connection, index, new ShortDdl(), cancellationToken).ConfigureAwait(false);
    }
}
