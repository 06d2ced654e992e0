namespace PgEmbed.Postgres.Search;

/// <summary>How one search is run, and why. The server's <c>pgembed.plan_search</c> makes it.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="MatchingRows">How many rows are expected to pass the filter.</param>
/// <param name="StoredRows">How many vectors the store is believed to have.</param>
/// <param name="Steps">
/// What is run, one after another until a step has found enough. The last one ranks every row that passes and always is
/// enough.
/// </param>
public sealed record SearchPlan(
    SearchPlanKind Kind,
    string Reason,
    double MatchingRows,
    double StoredRows,
    IReadOnlyList<SearchStep> Steps)
{
    /// <summary>The statement that is run first, and mostly the only one.</summary>
    public string Sql => Steps[0].Sql;

    /// <summary>The store that its statements read.</summary>
    internal int StoreId { get; init; }

    /// <summary>Whether, for other values of the filter, another partial index or partition may serve.</summary>
    internal bool IsByValue { get; init; }
}
