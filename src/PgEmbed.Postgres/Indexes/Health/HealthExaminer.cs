using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Indexes.Building;
using PgEmbed.Postgres.Indexes.Checking;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Indexes.Health;

/// <summary>
/// Looks for what churn does to an HNSW index. Deleted and replaced rows stay in the graph until VACUUM: searches find them
/// among their ef_search candidates and throw them away, so that recall falls. VACUUM takes them out and mends the links,
/// but the file never shrinks, and a graph that was mended often is worse than one built at once. So dead rows ask for
/// VACUUM first, and only without them do size and recall tell whether to rebuild. Recall is compared query by query with
/// a fresh index on a copy of the same rows.
/// </summary>
internal sealed class HealthExaminer(NpgsqlConnection connection, IndexTarget target, IndexHealthOptions options)
{
    public async Task<IndexHealth> RunAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        var checker = new IndexChecker(connection, target, options.Check);
        var check = await checker.RunAsync(cancellationToken).ConfigureAwait(false);
        var (lastVacuum, changed) = await StatisticsAsync(cancellationToken).ConfigureAwait(false);
        var health = new IndexHealth
        {
            Remedy = IndexRemedy.Nothing,
            Evidence = [],
            Check = check,
            LastVacuum = lastVacuum,
            ChangedRows = changed,
        };
        if (check.Rows > 0 && check.Rows <= options.MaxCopiedRows && check.Measures.Count > 0)
            health = await CompareAsync(checker, health, cancellationToken).ConfigureAwait(false);
        return Judge(health);
    }

    /// <summary>Says what the measurements mean.</summary>
    internal IndexHealth Judge(IndexHealth health)
    {
        var check = health.Check;
        var fresh = health.FreshBytes ?? check.FreshBytes;
        var ratio = fresh == 0 ? 1 : (double)check.Index.Bytes / fresh;
        var evidence = new List<string>
        {
            Say($"{check.DeadRows:N0} of {check.Rows + check.DeadRows:N0} rows are dead ({check.DeadFraction:P1})")
                + (health.LastVacuum is { } vacuum ? Say($", last vacuumed {vacuum:yyyy-MM-dd HH:mm} UTC.") : ", never vacuumed."),
            Say($"The index takes {check.Index.Bytes / 1e6:0.0} MB, {ratio:0.00} of the {fresh / 1e6:0.0} MB ")
                + (health.FreshBytes is null ? "worked out for a fresh one." : "that a fresh one takes."),
        };
        foreach (var measure in check.Measures.Where(m => m.Filter is null))
            evidence.Add(Say(
                $"Recall@{check.K} at ef_search {measure.EfSearch}: {measure.Recall:0.0000} ")
                + Say($"({measure.Interval.Low:0.000} to {measure.Interval.High:0.000}).") );
        if (health.RecallLoss is { } loss)
            evidence.Add(Say(
                $"A fresh index finds {health.FreshRecall:0.0000} for the same queries; this one falls short by {loss.Low:0.0000} to ")
                + Say($"{loss.High:0.0000}{(loss.Low <= 0 ? ", which may be chance" : "")}."));
        else if (check.Rows > options.MaxCopiedRows)
            evidence.Add(Say(
                $"No fresh index was built to compare with: {check.Rows:N0} rows are more than {options.MaxCopiedRows:N0}."));

        var vacuums = check.DeadFraction > options.MaxDeadFraction;
        var rebuilds = ratio > options.MaxSizeRatio || health.RecallLoss?.Low > options.MaxRecallLoss;
        if (vacuums && rebuilds)
            evidence.Add("Dead rows cost recall and room too: vacuum first, then look again whether to rebuild.");
        return health with
        {
            Evidence = evidence,
            Remedy = vacuums ? IndexRemedy.Vacuum : rebuilds ? IndexRemedy.Rebuild : IndexRemedy.Nothing,
            Statement = vacuums ? $"VACUUM {target.TableSql}"
                : rebuilds ? $"pgembed index rebuild {Place()}"
                : null,
        };
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private string Place() => (target.Collection is { } collection
            ? Quoted(collection)
            : $"--table {Quoted(target.TableSql)} --column {Quoted(target.Column)} --metric {target.OperatorClass.Metric.ToName()}"
                + (target.IsPlainColumn ? "" : $" --as {target.OperatorClass.Type.ToName()}"))
        + (target.Filter is null ? "" : $" --filter {Quoted(target.Filter)}");

    // As a POSIX shell reads it.
    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private async Task<IndexHealth> CompareAsync(
        IndexChecker checker, IndexHealth health, CancellationToken cancellationToken)
    {
        var check = health.Check;
        var copy = await TableCopy.MakeAsync(
            connection, target, check.Rows, check.Rows, options.Check.Seed, cancellationToken).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            var hnsw = new HnswOptions { M = check.Index.M, EfConstruction = check.Index.EfConstruction };
            var (bytes, _) = await copy.BuildAsync(hnsw, null, cancellationToken).ConfigureAwait(false);
            var meter = new IndexMeter(connection, copy.Target, TableCopy.IndexNames, check.K);
            // The most thorough of the searches: what that one misses is the graph's fault.
            var now = check.Measures.Where(m => m.Filter is null).MaxBy(m => m.EfSearch)!;
            var (exact, _) = await meter.ExactAsync(checker.QueryVectors, null, cancellationToken).ConfigureAwait(false);
            var fresh = await meter.MeasureAsync(checker.QueryVectors, exact, null, now.EfSearch, cancellationToken)
                .ConfigureAwait(false);
            double[] loss = [.. fresh.Recalls.Zip(now.Recalls, (better, worn) => better - worn)];
            return health with
            {
                FreshBytes = bytes,
                FreshRecall = fresh.Recall,
                RecallLoss = loss.Max() > loss.Min() && Bootstrap.Mean(loss) is { } interval
                    ? interval
                    : new ConfidenceInterval(loss[0], loss[0]),
            };
        }
    }

    private async Task<(DateTime? LastVacuum, long Changed)> StatisticsAsync(CancellationToken cancellationToken) =>
        await connection.QuerySingleAsync<(DateTime?, long)>(new CommandDefinition(
            """
            SELECT max(GREATEST(s.last_vacuum, s.last_autovacuum)),
                   COALESCE(sum(s.n_tup_upd + s.n_tup_del), 0)::bigint
            FROM pg_catalog.pg_stat_all_tables s
            WHERE s.relid IN (SELECT relid FROM pg_catalog.pg_partition_tree(@table::text::pg_catalog.regclass) WHERE isleaf
                              UNION ALL SELECT @table::text::pg_catalog.regclass)
            """,
            new { table = target.TableSql },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
}
