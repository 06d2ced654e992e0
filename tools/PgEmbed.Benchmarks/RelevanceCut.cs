using PgEmbed.Postgres.Relevance;

namespace PgEmbed.Benchmarks;

/// <summary>What a cut leaves of what searches found: how much of it is relevant, and how much of what is relevant.</summary>
/// <param name="Threshold">The lowest score that stays.</param>
/// <param name="Left">The rows left.</param>
/// <param name="Precision">The share of them that are relevant.</param>
/// <param name="Recall">The share of all relevant rows of the collection that are left.</param>
/// <param name="F1">The harmonic mean of both.</param>
internal sealed record RelevanceCut(double Threshold, int Left, double Precision, double Recall, double F1)
{
    /// <summary>The cut of some searches at a threshold on a score of their rows.</summary>
    public static RelevanceCut At(
        IReadOnlyCollection<JudgedSearch> searches, Func<JudgedPair, double> score, double threshold)
    {
        var left = searches.SelectMany(search => search.Pairs).Where(pair => score(pair) >= threshold).ToList();
        return Of(threshold, left.Count(pair => pair.Relevant), left.Count, searches.Sum(search => search.Relevant));
    }

    /// <summary>The cut at the threshold whose F1 is best.</summary>
    public static RelevanceCut Best(IReadOnlyCollection<JudgedSearch> searches, Func<JudgedPair, double> score)
    {
        var relevant = searches.Sum(search => search.Relevant);
        var best = Of(double.PositiveInfinity, 0, 0, relevant);
        var (left, right) = (0, 0);
        foreach (var same in searches.SelectMany(search => search.Pairs).GroupBy(score).OrderByDescending(group => group.Key))
        {
            left += same.Count();
            right += same.Count(pair => pair.Relevant);
            var cut = Of(same.Key, right, left, relevant);
            if (cut.F1 > best.F1)
                best = cut;
        }

        return best;
    }

    /// <summary>The cut that has left so many rows, of which so many are right.</summary>
    public static RelevanceCut Of(double threshold, int right, int left, int relevant)
    {
        var precision = left == 0 ? 1 : (double)right / left;
        var recall = relevant == 0 ? 1 : (double)right / relevant;
        return new RelevanceCut(
            threshold, left, precision, recall,
            precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall));
    }
}
