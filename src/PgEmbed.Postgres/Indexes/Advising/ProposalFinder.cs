using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes.Building;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Advising;

/// <summary>
/// Finds what is worth proposing. For each column that filters go by: a partial index where many searches share one
/// condition that leaves a small part of the rows; partitions where they ask for different values or stretches. Each is
/// priced for every search, those included that it makes slower: one of all rows walks the index of every partition. The
/// most gainful is taken, the rest is priced anew with it in place, and so on.
/// </summary>
internal sealed class ProposalFinder(
    NpgsqlConnection connection, CollectionInfo collection, SearchCosts costs, double rows, int m, IndexAdviseOptions options)
{
    // Above this a partial index holds about what the index of all rows holds.
    private const double LargestPart = 0.5;

    // So few are ranked in no time, whatever the filter.
    private const double FewRows = 5_000;

    private const int MostValues = 50;

    /// <summary>Finds them.</summary>
    /// <param name="measures">What searches take now.</param>
    /// <param name="said">What their filters say of columns.</param>
    /// <param name="there">The filters of partial indexes that there are, over the table.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<IndexProposal>> FindAsync(
        IReadOnlyList<FilterMeasure> measures,
        IReadOnlyList<FilterColumn> said,
        IReadOnlyCollection<string> there,
        CancellationToken cancellationToken)
    {
        if (rows < FewRows)
            return [];
        var candidates = said.GroupBy(s => s.Condition)
            .Where(group => group.First().Rows <= LargestPart * rows && !there.Contains(group.Key))
            .Select(group => PartialIndex([.. group])).ToList();
        // A store is divided once; another division is for people to decide.
        if (collection.Store.Partitioning is null)
        {
            foreach (var group in said.GroupBy(s => s.Column))
                candidates.AddRange(await PartitionsAsync(group.Key, [.. group], cancellationToken).ConfigureAwait(false));
        }

        var now = measures.ToDictionary(measure => measure, measure => measure.MedianMilliseconds);
        var total = measures.Sum(measure => measure.Weight * measure.MedianMilliseconds);
        var searches = measures.Sum(measure => measure.Weight);
        var chosen = new List<IndexProposal>();
        while (chosen.Count < options.MaxProposals && candidates.Count > 0)
        {
            var best = candidates.MaxBy(candidate => Gain(candidate, now))!;
            var gain = Gain(best, now) / total;
            if (!(gain >= options.MinGain))
                break;
            var served = best.Expected.Keys.Where(measure => best.Expected[measure] < now[measure]).ToList();
            var weight = served.Sum(measure => measure.Weight);
            chosen.Add(best.Proposal with
            {
                Share = weight / searches,
                Milliseconds = served.Sum(measure => measure.Weight * now[measure]) / weight,
                ExpectedMilliseconds = served.Sum(measure => measure.Weight * best.Expected[measure]) / weight,
                Gain = gain,
            });
            foreach (var measure in measures)
                now[measure] = best.After(measure, now[measure]);
            candidates.RemoveAll(other => other == best
                || (best.Proposal.Partitioning is not null && (other.Proposal.Partitioning is not null
                    || other.Proposal.Column == best.Proposal.Column)));
        }

        return chosen;
    }

    private static double Gain(Candidate candidate, Dictionary<FilterMeasure, double> now) =>
        now.Sum(pair => pair.Key.Weight * (pair.Value - candidate.After(pair.Key, pair.Value)));

    private Candidate PartialIndex(IReadOnlyList<FilterColumn> said)
    {
        var first = said[0];
        var part = Math.Max(1, Math.Min(rows, first.Rows));
        return new Candidate(
            Proposal(first.Column, part, $"the filters share this condition, which leaves {Share(part)} of the rows") with
            {
                Filter = first.Condition,
            },
            said.ToDictionary(
                s => s.Measure, s => costs.Of(part, 1, Math.Min(part, s.Measure.MatchingRows), s.Measure.K)),
            1);
    }

    private async Task<IReadOnlyList<Candidate>> PartitionsAsync(
        string column, IReadOnlyList<FilterColumn> said, CancellationToken cancellationToken)
    {
        var equal = said.Where(s => s.Values > 0).ToList();
        var ranges = said.Where(s => s.Values == 0).ToList();
        var found = new List<Candidate>();
        if (equal.Select(s => s.Condition).Distinct().Count() > 1)
        {
            var values = await ValuesAsync(column, cancellationToken).ConfigureAwait(false);
            var few = values <= MostValues;
            var parts = few
                ? (int)Math.Max(1, Math.Ceiling(values))
                : (int)Math.Clamp(Math.Pow(2, Math.Round(Math.Log2(rows / 20_000))), 2, 64);
            found.Add(Partitions(
                few ? Partitioning.ByFrequentValues(column, parts) : Partitioning.ByHash(column, parts),
                parts,
                equal.Select(s => (s, (double)Math.Min(parts, s.Values))),
                $"the filters ask for different values of {values.ToString("N0", CultureInfo.InvariantCulture)}"));
        }

        if (ranges.Select(s => s.Condition).Distinct().Count() > 1 && await StepAsync(column, cancellationToken).ConfigureAwait(false) is var (step, count))
            found.Add(Partitions(
                Partitioning.ByStep(column, step),
                count,
                ranges.Select(s => (s, Math.Min(count, Math.Ceiling(s.Rows / rows * count) + 1))),
                "the filters ask for stretches of it"));
        return found;
    }

    private Candidate Partitions(
        Partitioning partitioning, int parts, IEnumerable<(FilterColumn Said, double Hit)> served, string reason) =>
        new(
            Proposal(partitioning.Column, 0, reason) with { Partitioning = partitioning },
            served.GroupBy(s => s.Said.Measure).ToDictionary(
                group => group.Key,
                group => group.Min(s =>
                {
                    var part = Math.Max(rows / parts * s.Hit, s.Said.Values > 0 ? Math.Min(rows, s.Said.Rows) : 0);
                    return costs.Of(part, s.Hit, Math.Min(part, group.Key.MatchingRows), group.Key.K);
                })),
            parts);

    private IndexProposal Proposal(string column, double indexed, string reason) => new()
    {
        Column = column,
        Carries = collection.StoreColumn(column) is null,
        Share = 0,
        Milliseconds = 0,
        ExpectedMilliseconds = 0,
        Gain = 0,
        Bytes = indexed == 0
            ? 0
            : GraphSize.Fresh((long)indexed, IndexedTypeExtensions.Of(collection.Store.Codec)
                .ValueBytes(collection.Store.IndexedDimensions), m),
        Reason = reason,
    };

    private string Share(double part) => string.Create(CultureInfo.InvariantCulture, $"{100 * part / rows:0.#} %");

    /// <summary>How many values the column has, by the server's statistics.</summary>
    private async Task<double> ValuesAsync(string column, CancellationToken cancellationToken)
    {
        var distinct = await connection.QuerySingleOrDefaultAsync<double?>(new CommandDefinition(
            """
            SELECT n_distinct::double precision FROM pg_catalog.pg_stats
            WHERE schemaname = @Schema AND tablename = @Name AND attname = @column AND NOT inherited
            """,
            new { collection.Source.Schema, collection.Source.Name, column },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        return distinct switch
        {
            null => rows,
            < 0 => -distinct.Value * rows,
            _ => distinct.Value,
        };
    }

    /// <summary>The step that makes a few dozen partitions of the column's values, and how many; null for none.</summary>
    private async Task<(string Step, int Count)?> StepAsync(string column, CancellationToken cancellationToken)
    {
        var quoted = SqlName.Quote(column);
        var category = await connection.QuerySingleAsync<string>(new CommandDefinition(
            """
            SELECT t.typcategory::text FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = @Sql::text::pg_catalog.regclass AND a.attname = @column
            """,
            new { collection.Source.Sql, column },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        var span = category switch
        {
            "D" => $"extract(epoch FROM max({quoted})::timestamp - min({quoted})::timestamp) / 86400",
            "N" => $"max({quoted}) - min({quoted})",
            _ => null,
        };
        // time, interval and the like have no days.
        if (span is null || (category == "D" && collection.Source.Column(column).TypeName.EndsWith(".time", StringComparison.Ordinal)))
            return null;
        var width = await connection.QuerySingleAsync<double?>(new CommandDefinition(
            $"SELECT ({span})::double precision FROM {collection.Source.Sql}", cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        if (width is not > 0 || !double.IsFinite(width.Value))
            return null;
        (string Step, double Width)[] steps = category == "D"
            ? [("1 day", 1), ("7 days", 7), ("1 month", 30.4), ("1 year", 365)]
            : [.. Enumerable.Range(0, 12).Select(power => Math.Pow(10, power))
                .Select(step => (step.ToString("0", CultureInfo.InvariantCulture), step))];
        foreach (var (step, length) in steps)
        {
            if (width / length <= MostValues)
                return (step, (int)Math.Ceiling(width.Value / length) + 1);
        }

        return null;
    }

    /// <summary>A proposal and what searches are expected to take with it.</summary>
    /// <param name="Proposal">The proposal.</param>
    /// <param name="Expected">The searches that it serves.</param>
    /// <param name="Graphs">How many indexes the others then walk.</param>
    private sealed record Candidate(
        IndexProposal Proposal, IReadOnlyDictionary<FilterMeasure, double> Expected, int Graphs)
    {
        public double After(FilterMeasure measure, double now) =>
            Expected.TryGetValue(measure, out var expected) ? Math.Min(now, expected)
            : measure.Plan == nameof(Search.SearchPlanKind.Exact) ? now
            : now * Math.Max(1, Graphs / 2.0);
    }
}
