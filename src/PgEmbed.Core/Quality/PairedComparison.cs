namespace PgEmbed.Quality;

/// <summary>How two settings differ over the same queries.</summary>
/// <param name="First">The mean under the first.</param>
/// <param name="Second">The mean under the second.</param>
/// <param name="Difference">The second less the first.</param>
/// <param name="Interval">The interval of the difference; null for fewer than two queries.</param>
/// <param name="PValue">How often chance alone makes a difference as large, either way.</param>
/// <param name="Better">For how many queries the second is better.</param>
/// <param name="Worse">For how many it is worse.</param>
public sealed record PairedComparison(
    double First,
    double Second,
    double Difference,
    ConfidenceInterval? Interval,
    double PValue,
    int Better,
    int Worse);
