namespace PgEmbed.Postgres.Indexes;

/// <summary>What an index is worth.</summary>
/// <param name="Index">The index.</param>
/// <param name="K">How many neighbours counted.</param>
/// <param name="Queries">How many queries were run.</param>
/// <param name="QuerySource">What the queries are, for people.</param>
/// <param name="Rows">Vectors that are indexed.</param>
/// <param name="DeadRows">Rows deleted or replaced and not yet vacuumed, by the server's statistics.</param>
/// <param name="FreshBytes">The size that a fresh build would have, worked out; of many equal vectors it is less.</param>
/// <param name="ExactMedianMilliseconds">What an exact search takes without a filter; the median.</param>
/// <param name="Measures">A measurement for each filter and ef_search, those without a filter first.</param>
public sealed record IndexCheckResult(
    HnswIndex Index,
    int K,
    int Queries,
    string QuerySource,
    long Rows,
    long DeadRows,
    long FreshBytes,
    double ExactMedianMilliseconds,
    IReadOnlyList<IndexMeasure> Measures)
{
    /// <summary>Dead rows' share of all rows.</summary>
    public double DeadFraction => DeadRows == 0 ? 0 : (double)DeadRows / (Rows + DeadRows);

    /// <summary>The size against a fresh build's: 1 is as good as new.</summary>
    public double SizeRatio => FreshBytes == 0 ? 1 : (double)Index.Bytes / FreshBytes;
}
