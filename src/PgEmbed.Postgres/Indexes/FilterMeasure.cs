namespace PgEmbed.Postgres.Indexes;

/// <summary>What searches with one filter take and find.</summary>
/// <param name="Filter">The filter in SQL; null: all rows.</param>
/// <param name="Weight">How many searches it stands for.</param>
/// <param name="K">How many rows were asked for.</param>
/// <param name="MatchingRows">How many rows are expected to pass.</param>
/// <param name="Plan">The search plan that was run.</param>
/// <param name="MedianMilliseconds">The time of a search, the median.</param>
/// <param name="P95Milliseconds">The time that 95 % stay below.</param>
/// <param name="Recall">Of the rows that an exact search finds, the share that was found.</param>
public sealed record FilterMeasure(
    string? Filter,
    double Weight,
    int K,
    double MatchingRows,
    string Plan,
    double MedianMilliseconds,
    double P95Milliseconds,
    double Recall);
