using System.Diagnostics;
using System.Linq.Expressions;
using Npgsql;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Search;
using Note = PgEmbed.Benchmarks.RepositoryData.Note;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Searches through the repository beside the same by hand, in turns, query by query. By hand is what a careful user of
/// Npgsql would write who knew the plan: a connection of the pool; for each step that the plan comes to, one batch of its
/// settings (<c>set_config</c>) and its statement with the same parameters; each row read into the same record by ordinals.
/// So the difference is the repository's: translating the filter, finding the plan, seeing that its store still serves,
/// telling of the operation, making rows.
/// </summary>
internal static class RepositorySearch
{
    private const int K = 10;
    private const int WarmUp = 100;

    private static readonly (string Name, Func<int, Expression<Func<Note, bool>>?> Filter)[] Filters =
    [
        ("no filter", _ => null),
        ("kind = $2", kind => n => n.Kind == kind),
        ("kind <> $2 and title begins with $3", kind => n => n.Kind != kind && n.Title.StartsWith("Note 1", StringComparison.Ordinal)),
    ];

    public static async Task<(List<IReadOnlyDictionary<string, object>> Results, List<BenchTarget> Targets)> MeasureAsync(
        RepositoryData data, int queries, CancellationToken cancellationToken)
    {
        var results = new List<IReadOnlyDictionary<string, object>>();
        var targets = new List<BenchTarget>();
        var random = new Random(2);
        foreach (var (name, filter) in Filters)
        {
            var collection = data.Searched;
            var ours = new List<double>();
            var byHand = new List<double>();
            var differences = new List<double>();
            SearchPlan? plan = null;
            for (var i = 0; i < queries + WarmUp; i++)
            {
                var vector = collection.Info.Store.Space.Vector(
                    RepositoryData.RandomVector(random, collection.Info.Store.Space.Dimensions));
                var kind = i % 10;
                var query = collection.Query(vector).Top(K);
                query = filter(kind) is { } condition ? query.Filter(condition) : query;
                var statement = await query.ToSqlAsync(cancellationToken);
                // The repository keeps a plan for some seconds. By hand goes by the same one, and where it was planned anew
                // between the two, they ran different statements.
                var latest = plan;
                var oursFirst = i % 2 == 0;
                var (first, firstRows) = await TimeAsync(() => oursFirst ? OursAsync(kind) : ByHandAsync());
                var (second, secondRows) = await TimeAsync(() => oursFirst ? ByHandAsync() : OursAsync(kind));
                if (!ReferenceEquals(plan, latest))
                    continue;
                if (!firstRows.SequenceEqual(secondRows))
                    throw new PgEmbedException($"Expected the same rows from both, got others for query {i} of '{name}'.");
                if (i < WarmUp)
                    continue;
                var (own, hand) = oursFirst ? (first, second) : (second, first);
                ours.Add(own);
                byHand.Add(hand);
                differences.Add(own - hand);

                async Task<List<(Note, double)>> OursAsync(int value)
                {
                    // All of it, from the C# filter on.
                    var search = collection.Query(vector).Top(K);
                    search = filter(value) is { } condition ? search.Filter(condition) : search;
                    var result = await search.RunAsync(cancellationToken);
                    plan = result.Plan;
                    return result.Hits.Select(hit => (hit.Row, hit.Distance)).ToList();
                }

                Task<List<(Note, double)>> ByHandAsync() => RepositorySearch.ByHandAsync(
                    data.DataSource, latest ?? statement.Plan, statement.Parameters, cancellationToken);
            }

            var over = Math.Round(((Statistics.Median(ours) / Statistics.Median(byHand)) - 1) * 100, 2);
            results.Add(new Dictionary<string, object>
            {
                ["search"] = name,
                ["queries"] = ours.Count,
                ["by_hand_p50_ms"] = Math.Round(Statistics.Median(byHand), 3),
                ["repository_p50_ms"] = Math.Round(Statistics.Median(ours), 3),
                ["over_percent"] = over,
                ["by_hand_p95_ms"] = Math.Round(Statistics.Quantile(byHand, 0.95), 3),
                ["repository_p95_ms"] = Math.Round(Statistics.Quantile(ours, 0.95), 3),
                ["median_difference_ms"] = Math.Round(Statistics.Median(differences), 4),
            });
            targets.Add(BenchTarget.AtMost($"p50 of a search over the same by hand, {name}", over, "%", 5));
        }

        return (results, targets);
    }

    private static async Task<(double Milliseconds, List<(Note Note, double Distance)> Rows)> TimeAsync(
        Func<Task<List<(Note, double)>>> search)
    {
        var start = Stopwatch.GetTimestamp();
        var rows = await search();
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, rows);
    }

    private static async Task<List<(Note, double)>> ByHandAsync(
        NpgsqlDataSource dataSource,
        SearchPlan plan,
        IReadOnlyList<NpgsqlParameter> parameters,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = new List<(Note, double)>(K);
        long? found = null;
        foreach (var step in plan.Steps.Where(step => step.Worth is null || !(found < step.Worth)))
        {
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT " + string.Join(
                ", ",
                step.Settings.Prepend(new("transaction_read_only", "on"))
                    .Select(setting => $"set_config('{setting.Key}', '{setting.Value}', true)"))));
            var command = new NpgsqlBatchCommand(step.Sql);
            foreach (var parameter in parameters)
                command.Parameters.Add(parameter.Clone());
            batch.BatchCommands.Add(command);
            rows.Clear();
            found = 0;
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found = reader.IsDBNull(5) ? null : reader.GetInt64(5);
                // A row may be for the number that was found alone.
                if (reader.IsDBNull(0))
                    continue;
                var note = new Note(
                    reader.GetInt32(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt32(4));
                rows.Add((note, reader.GetDouble(0)));
            }

            if (!(found < step.Least) && !(found > step.Most))
                break;
        }

        return rows;
    }
}
