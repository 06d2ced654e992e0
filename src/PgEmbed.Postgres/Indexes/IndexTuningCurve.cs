namespace PgEmbed.Postgres.Indexes;

/// <summary>What one setting gives at each ef_search, on the sample.</summary>
/// <param name="M">Links of a vector in a layer.</param>
/// <param name="EfConstruction">Candidates looked at while building.</param>
/// <param name="BuildSeconds">How long the build took.</param>
/// <param name="Bytes">The index's size.</param>
/// <param name="FullBytes">The size that it would have over all rows, worked out.</param>
/// <param name="FullMemory">The memory that a build over all rows would take, worked out, in bytes.</param>
/// <param name="Measures">What searches gave, by ascending ef_search.</param>
/// <param name="EfSearch">The ef_search that reaches the recall on the sample; null where none does.</param>
/// <param name="Pages">Pages that a search reads there.</param>
public sealed record IndexTuningCurve(
    int M,
    int EfConstruction,
    double BuildSeconds,
    long Bytes,
    long FullBytes,
    long FullMemory,
    IReadOnlyList<IndexMeasure> Measures,
    double? EfSearch,
    double? Pages);
