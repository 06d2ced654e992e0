namespace PgEmbed.Quality;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>
    /// P(X ≤ x), to about 1e-7: the complementary error function by the Chebyshev fit of Numerical Recipes (erfcc).
    /// </summary>
    public static double Cumulative(double x)
    {
        var z = Math.Abs(x) / Math.Sqrt(2);
        var t = 1 / (1 + (0.5 * z));
        ReadOnlySpan<double> fit =
        [
            0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
            1.00002368, -1.26551223,
        ];
        var sum = 0.0;
        foreach (var factor in fit)
            sum = (sum * t) + factor;
        var tail = t * Math.Exp((-z * z) + sum) / 2;
        return x >= 0 ? 1 - tail : tail;
    }

    /// <summary>The x with P(X ≤ x) = p, by bisection within ±8.</summary>
    public static double Quantile(double p)
    {
        var (low, high) = (-8.0, 8.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Cumulative(middle) < p)
                low = middle;
            else
                high = middle;
        }

        return (low + high) / 2;
    }
}
