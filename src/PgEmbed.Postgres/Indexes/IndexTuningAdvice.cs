namespace PgEmbed.Postgres.Indexes;

/// <summary>The advised settings.</summary>
/// <param name="M">Links of a vector in a layer.</param>
/// <param name="EfConstruction">Candidates to look at while building.</param>
/// <param name="EfSearch">The <c>hnsw.ef_search</c> for all rows.</param>
/// <param name="LowEfSearch">What it may be at the least, at 90 %; the same where nothing had to be extrapolated.</param>
/// <param name="HighEfSearch">What it may be at the most.</param>
/// <param name="Growth">
/// How the needed ef_search grows with the rows: as their power of this, fitted on parts of the sample. 0 where the sample
/// is the whole table.
/// </param>
public sealed record IndexTuningAdvice(
    int M, int EfConstruction, int EfSearch, int LowEfSearch, int HighEfSearch, double Growth);
