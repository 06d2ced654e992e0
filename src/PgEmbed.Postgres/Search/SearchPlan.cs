namespace PgEmbed.Postgres.Search;

/// <summary>How one search is run, and why. The server's <c>pgembed.plan_search</c> makes it.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="MatchingRows">How many rows are expected to pass the filter.</param>
/// <param name="StoredRows">How many vectors the store is believed to have.</param>
/// <param name="Settings">The server settings that hold for its statement, as a JSON object.</param>
/// <param name="Sql">The statement. <c>$1</c> is the query vector, the rest are the filter's values.</param>
public sealed record SearchPlan(
    SearchPlanKind Kind,
    string Reason,
    double MatchingRows,
    double StoredRows,
    string Settings,
    string Sql)
{
    /// <summary>What happened in each of its steps, in their order; empty where nobody looked.</summary>
    public IReadOnlyList<SearchStep> Steps { get; init; } = [];
}
