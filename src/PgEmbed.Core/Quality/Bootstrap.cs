namespace PgEmbed.Quality;

/// <summary>
/// Confidence intervals by the bootstrap: queries are drawn with replacement many times, and the means of the draws show
/// how far the mean moves with the choice of queries (Efron and Tibshirani, An Introduction to the Bootstrap, 1993).
/// </summary>
public static class Bootstrap
{
    /// <summary>The interval of a mean.</summary>
    /// <param name="values">A value a query, <c>double[n]</c>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The interval, or null where fewer than two values say nothing about it.</returns>
    public static ConfidenceInterval? Mean(IReadOnlyList<double> values, BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        options ??= new BootstrapOptions();
        options.Validate();
        if (values.Count < 2)
            return null;
        double[] sample = [.. values];
        var mean = sample.Average();
        var means = ResampledMeans(sample, options);
        var tail = (1 - options.Confidence) / 2;
        var (low, high) = options.Kind == BootstrapKind.Percentile
            ? (tail, 1 - tail)
            : Corrected(sample, mean, means, tail);
        return new ConfidenceInterval(Quantile(means, low), Quantile(means, high));
    }

    private static double[] ResampledMeans(double[] sample, BootstrapOptions options)
    {
        var random = new SampleRandom((ulong)options.Seed);
        var means = new double[options.Resamples];
        for (var i = 0; i < means.Length; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < sample.Length; j++)
                sum += sample[random.Next(sample.Length)];
            means[i] = sum / sample.Length;
        }

        Array.Sort(means);
        return means;
    }

    // The bias is where the mean lies among the resampled ones; the acceleration comes from the jackknife, which for a
    // mean is the skew of the values themselves.
    private static (double Low, double High) Corrected(double[] sample, double mean, double[] means, double tail)
    {
        var below = means.Count(m => m < mean) + (means.Count(m => m == mean) / 2.0);
        var bias = NormalDistribution.Quantile(Math.Clamp(below / means.Length, 1e-6, 1 - 1e-6));
        var squares = sample.Sum(v => (v - mean) * (v - mean));
        var acceleration = squares == 0
            ? 0
            : sample.Sum(v => Math.Pow(v - mean, 3)) / (6 * Math.Pow(squares, 1.5));
        return (Moved(tail), Moved(1 - tail));

        double Moved(double share)
        {
            var z = bias + NormalDistribution.Quantile(share);
            return NormalDistribution.Cumulative(bias + (z / (1 - (acceleration * z))));
        }
    }

    private static double Quantile(double[] sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
