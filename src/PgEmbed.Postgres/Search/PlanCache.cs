using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using PgEmbed.Postgres.Queries;

namespace PgEmbed.Postgres.Search;

/// <summary>
/// Plans that searches of a collection got lately, so that the next alike takes one round trip. A plan that has aged is
/// never wrong, only slower than one asked for now: its statement holds the filter's values as parameters and its last
/// step ranks all that pass. So plans are kept for some seconds and told apart by the filter's text alone. Where the store
/// has partial indexes or partitions of which the filter's values choose, plans are told apart by the values, too.
/// </summary>
internal sealed class PlanCache
{
    private const int MostPlans = 1_024;
    private const long KeptMilliseconds = 10_000;

    private static readonly ConditionalWeakTable<object, PlanCache> All = [];

    private readonly ConcurrentDictionary<PlanKey, (SearchPlan Plan, long Asked)> _plans = new();

    /// <summary>The plans of a collection as it was opened.</summary>
    public static PlanCache Of(SearchQuery query) => All.GetOrCreateValue(query.Collection);

    /// <summary>Whether an error says that a table, column or function of the plan's statement is there no more.</summary>
    public static bool IsOutdated(PostgresException error) => error.SqlState
        is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction
        or PostgresErrorCodes.UndefinedObject;

    /// <summary>
    /// Whether a search took so long that its values are likely to pass far more rows than those its plan was made for: then
    /// the next one is better planned by its own. Plans of several steps see to that themselves.
    /// </summary>
    public static bool IsSlow(SearchPlan plan, TimeSpan elapsed) =>
        plan.Steps.Count == 1 && elapsed.TotalMilliseconds > 50 + (0.05 * plan.MatchingRows);

    /// <summary>The plan for a query, or null.</summary>
    public SearchPlan? Find(SearchQuery query)
    {
        var key = KeyOf(query);
        var plan = Find(key);
        return plan is { IsByValue: true } ? Find(WithValues(key, query)) : plan;
    }

    /// <summary>Keeps a plan.</summary>
    public void Keep(SearchQuery query, SearchPlan plan)
    {
        // Filters or values that are new each time would fill it without end.
        if (_plans.Count >= MostPlans)
            _plans.Clear();
        var key = KeyOf(query);
        var kept = (plan, Environment.TickCount64);
        // By the text alone, too: it tells that values matter.
        _plans[key] = kept;
        if (plan.IsByValue)
            _plans[WithValues(key, query)] = kept;
    }

    /// <summary>Forgets the plan for a query.</summary>
    public void Forget(SearchQuery query)
    {
        var key = KeyOf(query);
        if (_plans.TryRemove(key, out var kept) && kept.Plan.IsByValue)
            _plans.TryRemove(WithValues(key, query), out _);
    }

    private SearchPlan? Find(PlanKey key) =>
        _plans.TryGetValue(key, out var kept) && Environment.TickCount64 - kept.Asked < KeptMilliseconds ? kept.Plan : null;

    // A digest, since an array can be long.
    private static PlanKey WithValues(PlanKey key, SearchQuery query) => key with
    {
        Values = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ParameterText.Of(query.Parameters)))),
    };

    private static PlanKey KeyOf(SearchQuery query) => new(
        query.Filter,
        query.K,
        query.Options with { MaxDistance = null, MinRelevance = null },
        query.Parameters.Count,
        query.WithKeyHash,
        string.Join('\0', query.Columns.Select(c => c.Name)),
        null);

    private readonly record struct PlanKey(
        string? Filter, int K, SearchOptions Options, int Parameters, bool WithKeyHash, string Columns, string? Values);
}
