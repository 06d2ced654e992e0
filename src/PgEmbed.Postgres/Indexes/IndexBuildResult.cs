namespace PgEmbed.Postgres.Indexes;

/// <summary>What a build did.</summary>
/// <param name="Plan">What it set out to do.</param>
/// <param name="Built">Whether an index was built; false where it was there already.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Spilled">Whether a graph didn't fit in the memory.</param>
/// <param name="Removed">Invalid indexes of earlier builds that were removed.</param>
/// <param name="Bytes">The index's size on disk.</param>
public sealed record IndexBuildResult(
    IndexBuildPlan Plan, bool Built, TimeSpan Elapsed, bool Spilled, IReadOnlyList<string> Removed, long Bytes);
