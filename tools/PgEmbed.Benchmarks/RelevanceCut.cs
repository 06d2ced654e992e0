using PgEmbed.Postgres.Relevance;

namespace PgEmbed.Benchmarks;

/// <summary>What a cut leaves of what searches found: how much of it is relevant, and how much of what is relevant.</summary>
/// <param name="Threshold">The lowest score that stays.</param>
/// <param name="Precision">The share of the rows left that are relevant.</param>
/// <param name="Recall">The share of all relevant rows of the collection that are left.</param>
/// <param name="F1">The harmonic mean of both.</param>
internal sealed record RelevanceCut(double Threshold, double Precision, double Recall, double F1)
{
    /// <summary>The cut at a threshold.</summary>
    /// <param name="found">The rows that each query's search found.</param>
    /// <param name="relevant">How many relevant rows there are.</param>
    /// <param name="score">A row's score.</param>
    /// <param name="threshold">The threshold.</param>
    public static RelevanceCut At(
        IEnumerable<IReadOnlyList<JudgedPair>> found, int relevant, Func<JudgedPair, double> score, double threshold)
    {
        var left = found.SelectMany(pairs => pairs).Where(pair => score(pair) >= threshold).ToList();
        return Of(threshold, left.Count(pair => pair.Relevant), left.Count, relevant);
    }

    /// <summary>The cut whose F1 is best.</summary>
    /// <inheritdoc cref="At"/>
    public static RelevanceCut Best(
        IEnumerable<IReadOnlyList<JudgedPair>> found, int relevant, Func<JudgedPair, double> score)
    {
        var best = new RelevanceCut(double.PositiveInfinity, 0, 0, 0);
        var (left, right) = (0, 0);
        foreach (var same in found.SelectMany(pairs => pairs).GroupBy(score).OrderByDescending(group => group.Key))
        {
            left += same.Count();
            right += same.Count(pair => pair.Relevant);
            var cut = Of(same.Key, right, left, relevant);
            if (cut.F1 > best.F1)
                best = cut;
        }

        return best;
    }

    private static RelevanceCut Of(double threshold, int right, int left, int relevant)
    {
        var precision = left == 0 ? 1 : (double)right / left;
        var recall = relevant == 0 ? 1 : (double)right / relevant;
        return new RelevanceCut(
            threshold, precision, recall, precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall));
    }
}
