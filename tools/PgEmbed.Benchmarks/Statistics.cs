namespace PgEmbed.Benchmarks;

/// <summary>Figures of a sample.</summary>
internal static class Statistics
{
    /// <summary>The value below which the given share of the sample lies (nearest rank).</summary>
    public static double Quantile(IReadOnlyCollection<double> values, double share) =>
        values.Order().ElementAt(Math.Clamp((int)Math.Ceiling(share * values.Count) - 1, 0, values.Count - 1));

    /// <summary>The median.</summary>
    public static double Median(IReadOnlyCollection<double> values) => Quantile(values, 0.5);
}
