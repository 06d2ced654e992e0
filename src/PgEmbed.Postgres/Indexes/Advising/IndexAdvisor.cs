using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes.Checking;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.Indexes.Advising;

/// <summary>
/// Proposes partial indexes and partitions by the filters that searches have. What searches take is measured, by the same
/// searches that applications make; what they would take is worked out; and when the proposals have been applied, it is
/// measured again with the same filters and queries.
/// </summary>
internal sealed class IndexAdvisor(NpgsqlDataSource dataSource, IProgress<string>? progress)
{
    /// <summary>Finds what is worth proposing; changes nothing.</summary>
    /// <exception cref="PgEmbedException">There are no filters, no rows, no index, or a filter can't be run.</exception>
    public async Task<IndexAdvice> AdviseAsync(
        CollectionInfo collection, IndexAdviseOptions options, CancellationToken cancellationToken)
    {
        options.Validate();
        var filters = options.Filters is { } given
            ? [.. given.OrderByDescending(filter => filter.Weight).Take(options.MaxFilters)]
            : await new QuerySamples(dataSource).FiltersAsync(collection, options.MaxFilters, cancellationToken)
                .ConfigureAwait(false);
        if (filters.Count == 0)
            throw new PgEmbedException(
                $"Expected sampled searches of collection '{collection.Name}', found none.",
                "Give the client a QuerySampler and let it run for a while, or give filters in a file: --filters FILE.");
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var target = IndexTargetReader.OfStore(collection, filter: null);
            var index = (await HnswIndexReader.OfTableAsync(connection, target.TableSql, cancellationToken)
                .ConfigureAwait(false))
                .FirstOrDefault(i => i is { Filter: null, State: HnswIndexState.Valid })
                ?? throw new PgEmbedException(
                    $"Expected an index of collection '{collection.Name}' to compare with, found none.",
                    $"Build it with: pgembed index build {collection.Name}");
            var rows = Math.Max(1, await RowsAsync(connection, collection, cancellationToken).ConfigureAwait(false));
            var (queries, source) = await QueriesAsync(connection, target, (long)rows, options, cancellationToken)
                .ConfigureAwait(false);
            var meter = new FilterMeter(dataSource, collection, queries);
            var measures = await MeasureAsync(meter, filters, cancellationToken).ConfigureAwait(false);
            var plain = await meter.MeasureAsync(new SampledFilter(null, null, filters[0].K, 1), cancellationToken)
                .ConfigureAwait(false);
            var costs = new SearchCosts(
                plain.MedianMilliseconds,
                await meter.ExactAsync(filters[0].K, cancellationToken).ConfigureAwait(false) / rows);
            progress?.Report("Looking for what is worth proposing…");
            var said = await new FilterColumns(connection, collection).FindAsync(measures, cancellationToken)
                .ConfigureAwait(false);
            var there = await PartialIndexFilters.OfAsync(connection, collection, cancellationToken).ConfigureAwait(false);
            var proposals = await new ProposalFinder(connection, collection, costs, rows, index.M, options)
                .FindAsync(measures, said, [.. there], cancellationToken).ConfigureAwait(false);
            // The same queries again, should it be applied.
            var vectors = queries.Select(query => query.Values).ToList();
            return new IndexAdvice(collection.Name, measures.Sum(measure => measure.Weight), source, measures, proposals)
            {
                Options = options with { Filters = filters, QueryVectors = vectors },
                CarriedColumns =
                [
                    .. collection.CarriedColumns.Select(column => column.Name)
                        .Union(proposals.Where(p => p.Carries).Select(p => p.Column)),
                ],
                Partitioning = proposals.Select(p => p.Partitioning).FirstOrDefault(p => p is not null)
                    ?? collection.Store.Partitioning,
            };
        }
    }

    /// <summary>Applies the proposals, and measures again.</summary>
    /// <exception cref="PgEmbedException">As of an alteration and of a build.</exception>
    public async Task<IndexAdvice> ApplyAsync(
        CollectionInfo collection, IndexAdvice advice, IProgress<IndexBuildProgress>? building, CancellationToken cancellationToken)
    {
        if (advice.Alters)
        {
            if (collection.Store.Partitioning is { Count: null, Step: null })
                throw new PgEmbedException(
                    $"Expected collection '{collection.Name}' in one table or in partitions by hash, frequency or step, found "
                    + $"it partitioned by {collection.Store.Partitioning} with values or bounds that were given.",
                    "Give them again: pgembed collection alter --carry … --partition-by …");
            progress?.Report("Making a store that carries " + string.Join(", ", advice.CarriedColumns) + "…");
            await new CollectionAlteration(dataSource).RunAsync(
                collection.Name, advice.CarriedColumns, advice.Partitioning, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }

        var manager = new IndexManager(dataSource);
        foreach (var filter in advice.Proposals.Select(p => p.Filter).OfType<string>())
        {
            progress?.Report($"Building a partial index: {filter}…");
            await manager.BuildAsync(
                await manager.TargetAsync(collection.Name, filter, cancellationToken).ConfigureAwait(false),
                progress: building,
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        var altered = await new CollectionCatalog(dataSource).GetAsync(collection.Name, cancellationToken)
            .ConfigureAwait(false);
        var meter = new FilterMeter(
            dataSource, altered, [.. advice.Options.QueryVectors!.Select(altered.Store.Space.Vector)]);
        return advice with
        {
            After = await MeasureAsync(meter, advice.Options.Filters!, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<IReadOnlyList<FilterMeasure>> MeasureAsync(
        FilterMeter meter, IReadOnlyList<SampledFilter> filters, CancellationToken cancellationToken)
    {
        var measures = new List<FilterMeasure>();
        foreach (var filter in filters)
        {
            progress?.Report($"Measuring {measures.Count + 1} of {filters.Count} filters…");
            measures.Add(await meter.MeasureAsync(filter, cancellationToken).ConfigureAwait(false));
        }

        return measures;
    }

    private static async Task<double> RowsAsync(
        NpgsqlConnection connection, CollectionInfo collection, CancellationToken cancellationToken)
    {
        var command = connection.Command("SELECT pgembed.estimate_rows($1)", $"SELECT FROM {collection.Store.Sql}");
        await using (command.ConfigureAwait(false))
            return (double)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<(IReadOnlyList<SpaceVector> Queries, string Source)> QueriesAsync(
        NpgsqlConnection connection,
        IndexTarget target,
        long rows,
        IndexAdviseOptions options,
        CancellationToken cancellationToken)
    {
        var space = target.Info!.Store.Space;
        if (options.QueryVectors is { } given)
            return ([.. given.Select(space.Vector)], $"{given.Count} queries that were given");
        var sampled = await new QuerySamples(dataSource).VectorsAsync(target.Info, options.Queries, cancellationToken)
            .ConfigureAwait(false);
        if (sampled.Count == options.Queries)
            return ([.. sampled.Select(space.Vector)], $"{sampled.Count} sampled queries");
        var (made, source) = await QuerySample.TakeAsync(
            connection, target, options.Queries, rows, options.Seed, cancellationToken).ConfigureAwait(false);
        if (made.Count == 0)
            throw new PgEmbedException(
                $"Expected vectors in {target.TableSql} to make queries of, found none.",
                $"Embed the rows first: pgembed collection sync {target.Collection}");
        return (
            [.. made.Select(query => space.Vector(query.Value is float[] values
                ? values
                : Array.ConvertAll((Half[])query.Value, value => (float)value)))],
            source);
    }
}
