namespace PgEmbed.Postgres.Indexes;

/// <summary>What tuning found for a collection's store: new indexes are built so, and searches go by it.</summary>
/// <param name="M">Links of a vector in a layer.</param>
/// <param name="EfConstruction">Candidates to look at while building.</param>
/// <param name="EfSearch">The <c>hnsw.ef_search</c> by which such an index reaches the recall.</param>
/// <param name="Recall">The recall that was to be reached.</param>
/// <param name="K">How many neighbours of a query counted.</param>
/// <param name="At">When it was measured.</param>
public sealed record TunedIndex(int M, int EfConstruction, int EfSearch, double Recall, int K, DateTime At);
