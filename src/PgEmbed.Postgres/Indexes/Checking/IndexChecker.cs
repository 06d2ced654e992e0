using Dapper;
using Npgsql;
using PgEmbed.Postgres.Indexes.Building;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Checking;

/// <summary>Measures what an index is worth: recall, time, pages, dead rows and size.</summary>
internal sealed class IndexChecker(NpgsqlConnection connection, IndexTarget target, IndexCheckOptions options)
{
    // What a session has that sets nothing.
    private const int PlainEfSearch = 40;

    /// <summary>The queries of the run.</summary>
    public IReadOnlyList<QueryVector> QueryVectors { get; private set; } = [];

    public async Task<IndexCheckResult> RunAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        var index = await FindAsync(cancellationToken).ConfigureAwait(false);
        var parts = (await TablePartReader.ReadAsync(connection, target, cancellationToken).ConfigureAwait(false))
            .Where(part => !part.Partitioned).ToList();
        var (rows, fresh) = (0L, 0L);
        foreach (var part in parts)
        {
            var (partRows, valueBytes) = await TablePartReader.MeasureAsync(connection, part, target, cancellationToken)
                .ConfigureAwait(false);
            rows += partRows;
            fresh += GraphSize.Fresh(partRows, valueBytes, index.M);
        }

        var (queries, source) = options.QueryVectors is { } given
            ? ([.. given.Select(values => QueryVector.Of(values, target))], $"{given.Count} queries that were given")
            : await QuerySample.TakeAsync(connection, target, options.Queries, rows, options.Seed, cancellationToken)
                .ConfigureAwait(false);
        QueryVectors = queries;
        var dead = await DeadAsync(parts, cancellationToken).ConfigureAwait(false);
        if (queries.Count == 0)
            return new IndexCheckResult(index, options.K, 0, "there is no row to make queries of", rows, dead, fresh, 0, []);

        var names = Leftovers.Flat(index).Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var meter = new IndexMeter(connection, target, names, options.K);
        var measures = new List<IndexMeasure>();
        var exactMilliseconds = 0.0;
        foreach (var filter in (string?[])[null, .. options.Filters])
        {
            var (exact, milliseconds) = await meter.ExactAsync(queries, filter, cancellationToken).ConfigureAwait(false);
            if (filter is null)
                exactMilliseconds = milliseconds;
            foreach (var efSearch in EfSearch())
                measures.Add(await meter.MeasureAsync(queries, exact, filter, efSearch, cancellationToken)
                    .ConfigureAwait(false));
        }

        return new IndexCheckResult(
            index, options.K, queries.Count, source, rows, dead, fresh, exactMilliseconds, measures);
    }

    private IEnumerable<int> EfSearch() => options.EfSearch ?? [PlainEfSearch, Math.Clamp(2 * options.K, 100, 1_000)];

    private async Task<HnswIndex> FindAsync(CancellationToken cancellationToken)
    {
        var indexes = await HnswIndexReader.OfTableAsync(connection, target.TableSql, cancellationToken)
            .ConfigureAwait(false);
        return indexes.FirstOrDefault(i => i.Table == target.Table && i.State == HnswIndexState.Valid
                && BuildNames.SameDefinition(i, target))
            ?? throw new PgEmbedException(
                $"Expected a valid HNSW index on {target.Description}, found "
                + $"{(indexes.Count == 0 ? "none" : string.Join(", ", indexes.Select(i => $"{i.Sql} ({i.State})")))}.",
                "Build it with: pgembed index build");
    }

    private async Task<long> DeadAsync(List<TablePart> parts, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            SELECT COALESCE(sum(pg_catalog.pg_stat_get_dead_tuples(table_name::pg_catalog.regclass)), 0)::bigint
            FROM unnest(@tables) AS table_name
            """,
            new { tables = parts.Select(part => part.Sql).ToArray() },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
}
