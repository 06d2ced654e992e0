namespace PgEmbed.Postgres.Search;

/// <summary>How one search is, or was, run, and why.</summary>
/// <param name="Kind">The way.</param>
/// <param name="MatchingRows">How many rows the planner expects to pass the filter.</param>
/// <param name="StoredRows">How many vectors the planner believes the store has.</param>
/// <param name="EfSearch">The <c>hnsw.ef_search</c> it sets; 0 under an exact plan.</param>
/// <param name="MaxScanTuples">The <c>hnsw.max_scan_tuples</c> it sets; 0 under an exact plan.</param>
/// <param name="FellBack">Whether the index gave fewer rows than asked, so that the exact plan was run after all.</param>
/// <param name="Sql">The statement. <c>$1</c> is the query vector, the rest are the filter's values.</param>
public sealed record SearchPlan(
    SearchPlanKind Kind,
    double MatchingRows,
    double StoredRows,
    int EfSearch,
    int MaxScanTuples,
    bool FellBack,
    string Sql);
