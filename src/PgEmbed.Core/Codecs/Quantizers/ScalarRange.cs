namespace PgEmbed.Codecs.Quantizers;

/// <summary>The range that equal steps divide.</summary>
internal readonly record struct ScalarRange(float Low, float Step)
{
    // The range is tried without this many thousandths of the values at each end.
    private static readonly double[] Tails = [0, 0.0001, 0.0003, 0.001, 0.002, 0.004, 0.008, 0.016, 0.03, 0.05];

    /// <summary>The range of a number of levels whose squared error over some values is least.</summary>
    /// <param name="sorted">The values, ascending; at least one.</param>
    /// <param name="levels">How many steps' ends there are.</param>
    public static ScalarRange Fit(float[] sorted, int levels)
    {
        var best = Between(sorted[0], sorted[^1], levels);
        var least = best.Error(sorted, levels);
        foreach (var tail in Tails.Skip(1))
        {
            var cut = (int)(tail * sorted.Length);
            var range = Between(sorted[cut], sorted[^(cut + 1)], levels);
            var error = range.Error(sorted, levels);
            if (error < least)
                (best, least) = (range, error);
        }

        return best;
    }

    /// <summary>The range between two values; where they are one, a step of which only the first is used.</summary>
    public static ScalarRange Between(float low, float high, int levels)
    {
        var step = (high - low) / (levels - 1);
        // A step must be usable as a divisor, whatever the values are.
        return new ScalarRange(low, step >= 1e-30f && float.IsFinite(step) ? step : 1);
    }

    /// <summary>The level nearest to a value.</summary>
    public int LevelOf(float value, int levels) =>
        (int)Math.Clamp(MathF.Round((value - Low) / Step), 0, levels - 1);

    private double Error(float[] values, int levels)
    {
        var sum = 0.0;
        // Every value of a small sample, some thousands of a large one: the tails are what matters, and they are kept.
        var stride = Math.Max(1, values.Length / 20_000);
        for (var i = 0; i < values.Length; i += i < 500 || i >= values.Length - 500 ? 1 : stride)
        {
            var weight = i < 500 || i >= values.Length - 500 ? 1 : stride;
            var difference = (double)values[i] - (Low + (Step * LevelOf(values[i], levels)));
            sum += weight * difference * difference;
        }

        return sum;
    }
}
