namespace PgEmbed.Quality;

/// <summary>Where a mean would lie for other queries of the same kind.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High);
