namespace PgEmbed.Postgres.Search;

/// <summary>One step of a search plan: a statement that may find enough.</summary>
/// <param name="Name">What it does, as <c>pgembed.search_statement</c> has it: near, probe, within, few or
/// every.</param>
/// <param name="Sql">
/// The statement. <c>$1</c> is the query vector, the rest are the filter's values. It gives at most k rows: the distance,
/// the columns, and how many rows the step found in all.
/// </param>
/// <param name="Settings">The server settings that hold for it.</param>
/// <param name="Least">It is enough when it finds at least so many rows; null where any number is.</param>
/// <param name="Most">It is enough when it finds at most so many rows; null where any number is.</param>
/// <param name="Worth">It is passed over when the step before found fewer rows than this; null for never.</param>
public sealed record SearchStep(
    string Name,
    string Sql,
    IReadOnlyDictionary<string, string> Settings,
    long? Least,
    long? Most,
    long? Worth)
{
    /// <summary>What happened; null where it was not run, or nobody looked.</summary>
    public SearchStepOutcome? Outcome { get; init; }

    /// <summary>Whether it found enough, so that the search is done.</summary>
    internal bool IsEnough(long? found) => (Least is null || found >= Least) && (Most is null || found <= Most);
}
