namespace PgEmbed.Quality;

/// <summary>
/// Whether two settings differ, judged on the same queries: Fisher's randomization test. Were both the same, each query's
/// difference could as well have had the other sign; the p-value is the share of sign choices whose mean difference is at
/// least as large as the one seen, either way. Up to 16 queries that differ, all choices are counted; beyond, they are
/// drawn. (Smucker, Allan and Carterette, A comparison of statistical significance tests for information retrieval
/// evaluation, CIKM 2007.)
/// </summary>
public static class PairedTest
{
    private const int MostCounted = 16;

    // Sums of the same differences in another order may differ in their last bits.
    private const double Rounding = 1e-9;

    /// <summary>Compares two settings.</summary>
    /// <param name="first">A value a query, <c>double[n]</c>.</param>
    /// <param name="second">A value for the same queries in the same order, <c>double[n]</c>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="PgEmbedException">The lists are empty or of different lengths.</exception>
    public static PairedComparison Compare(
        IReadOnlyList<double> first, IReadOnlyList<double> second, BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        options ??= new BootstrapOptions();
        options.Validate();
        if (first.Count != second.Count || first.Count == 0)
            throw new PgEmbedException(
                $"Expected a value for each query under both settings, got {first.Count} and {second.Count}.");
        double[] differences = [.. first.Zip(second, (a, b) => b - a)];
        return new PairedComparison(
            first.Average(),
            second.Average(),
            differences.Average(),
            Bootstrap.Mean(differences, options),
            PValue([.. differences.Where(d => d != 0)], options),
            differences.Count(d => d > 0),
            differences.Count(d => d < 0));
    }

    private static double PValue(double[] differences, BootstrapOptions options)
    {
        var seen = Math.Abs(differences.Sum()) - Rounding;
        if (differences.Length <= MostCounted)
        {
            var choices = 1 << differences.Length;
            var asLarge = 0;
            for (var signs = 0; signs < choices; signs++)
            {
                if (Math.Abs(Sum(differences, (ulong)signs, 0)) >= seen)
                    asLarge++;
            }

            return (double)asLarge / choices;
        }

        var random = new SampleRandom((ulong)options.Seed);
        // The choice that was seen is one of them, so that no p-value is 0.
        var count = 1;
        for (var i = 0; i < options.Resamples; i++)
        {
            var sum = 0.0;
            for (var from = 0; from < differences.Length; from += 64)
                sum += Sum(differences, random.Next(), from);
            if (Math.Abs(sum) >= seen)
                count++;
        }

        return (double)count / (options.Resamples + 1);
    }

    // The sum of up to 64 differences, those whose bit is set negated.
    private static double Sum(double[] differences, ulong signs, int from)
    {
        var sum = 0.0;
        var to = Math.Min(from + 64, differences.Length);
        for (var i = from; i < to; i++, signs >>= 1)
            sum += (signs & 1) == 0 ? differences[i] : -differences[i];
        return sum;
    }
}
