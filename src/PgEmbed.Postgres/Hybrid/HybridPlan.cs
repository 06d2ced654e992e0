using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Hybrid;

/// <summary>How one hybrid search is run, and why. The server's <c>pgembed.plan_hybrid</c> makes it.</summary>
/// <param name="Kind">How its vector leg is run.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Settings">The server settings that hold for its statement, as a JSON object.</param>
/// <param name="Terms">
/// Which words select texts, which more of them where those don't suffice, then each word, as texts of tsqueries; empty
/// where the text has no word.
/// </param>
/// <param name="Weights">What each word weighs, the rarest first.</param>
/// <param name="Sql">
/// The statement. <c>$1</c> is the query vector, then come the filter's values, the terms and the weights.
/// </param>
public sealed record HybridPlan(
    SearchPlanKind Kind,
    string Reason,
    string Settings,
    IReadOnlyList<string> Terms,
    IReadOnlyList<double> Weights,
    string Sql);
