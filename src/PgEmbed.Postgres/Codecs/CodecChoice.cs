using System.Globalization;

namespace PgEmbed.Postgres.Codecs;

/// <summary>Chooses among codecs that were measured: the Pareto frontier, and the one to take under a constraint.</summary>
internal static class CodecChoice
{
    // Sizes that differ by less are the same, and what keeps more is taken: pages are counted whole.
    private const double SameSize = 1.01;

    // Under a budget candidates are not worth having for less than this.
    private const double SameLoss = 0.1;

    /// <summary>Marks those that no other codec beats: none loses less in as few bytes, or as little in fewer.</summary>
    public static IReadOnlyList<CodecMeasure> WithFrontier(IEnumerable<CodecMeasure> measures)
    {
        var sorted = measures.OrderBy(m => m.Bytes.Total).ThenBy(m => m.Best.LossPercent).ToList();
        var least = double.PositiveInfinity;
        for (var i = 0; i < sorted.Count; i++)
        {
            var on = sorted[i].Best.LossPercent < least;
            sorted[i] = sorted[i] with { OnFrontier = on };
            least = Math.Min(least, sorted[i].Best.LossPercent);
        }

        return sorted;
    }

    /// <summary>The constraint in words.</summary>
    public static string Describe(CodecAdviseOptions options, bool judged) => options switch
    {
        { Budget: { } budget } => Invariant($"at most {budget:N0} bytes for all rows"),
        { MinRecall: { } recall } => Invariant($"recall@10 of at least {recall}"),
        _ => Invariant($"at most {MaxLoss(options)} % of {(judged ? "nDCG@10" : "recall@10")} lost"),
    };

    /// <summary>The one to take, or null where none keeps the constraint.</summary>
    /// <param name="measures">Those that were measured.</param>
    /// <param name="options">The constraint.</param>
    /// <param name="rows">How many rows the store has.</param>
    /// <param name="judged">Whether losses are of nDCG@10.</param>
    /// <param name="present">The codec that the store has now.</param>
    public static CodecRecommendation? Choose(
        IReadOnlyList<CodecMeasure> measures, CodecAdviseOptions options, long rows, bool judged, string present)
    {
        var found = options switch
        {
            { Budget: { } budget } => WithinBudget(measures, (double)budget / Math.Max(1, rows)),
            { MinRecall: { } recall } => Smallest(measures, quality => quality.Recall >= recall),
            _ => Smallest(measures, quality => quality.LossPercent <= MaxLoss(options)),
        };
        if (found is not var (measure, quality))
            return null;
        var now = measures.FirstOrDefault(m => m.Codec == present);
        var ratio = now is null || now == measure
            ? ""
            : Invariant($", {now.Bytes.Total / measure.Bytes.Total:0.0} times smaller than {present}");
        var why = options.Budget is null
            ? "The smallest that keeps"
            : "The one that loses least of those within";
        var alike = now == measure ? " It is what the store has." : "";
        var candidates = measure.ScoreMicroseconds is null ? "" : Invariant($" with {quality.Candidates} candidates");
        var kept = judged ? Invariant($"{quality.LossPercent:0.00} % of nDCG@10 lost, ") : "";
        return new CodecRecommendation(
            measure.Codec,
            measure.ScoreMicroseconds is null ? null : quality.Candidates,
            $"{why} {Describe(options, judged)}: "
            + Invariant($"{measure.Bytes.Total:0} bytes a vector{ratio}, {kept}recall@10 {quality.Recall:0.000}{candidates}.")
            + alike);
    }

    private static double MaxLoss(CodecAdviseOptions options) => options.MaxLoss ?? CodecAdviseOptions.DefaultMaxLoss;

    private static (CodecMeasure Measure, CodecQuality Quality)? WithinBudget(
        IReadOnlyList<CodecMeasure> measures, double bytes)
    {
        var fitting = measures.Where(m => m.Bytes.Total <= bytes)
            .OrderBy(m => m.Best.LossPercent).ThenBy(m => m.Bytes.Total).FirstOrDefault();
        return fitting is null
            ? null
            : (fitting, fitting.Qualities.First(q => q.LossPercent <= fitting.Best.LossPercent + SameLoss));
    }

    private static (CodecMeasure Measure, CodecQuality Quality)? Smallest(
        IReadOnlyList<CodecMeasure> measures, Func<CodecQuality, bool> keeps)
    {
        var keeping = measures.Where(m => m.Qualities.Any(keeps)).ToList();
        if (keeping.Count == 0)
            return null;
        var bytes = SameSize * keeping.Min(m => m.Bytes.Total);
        // Of those as small, the one that needs the fewest candidates, and then the one that loses least.
        return keeping.Where(m => m.Bytes.Total <= bytes)
            .Select(m => (Measure: m, Quality: m.Qualities.First(keeps)))
            .OrderBy(found => found.Measure.ScoreMicroseconds is null ? 0 : found.Quality.Candidates)
            .ThenBy(found => found.Quality.LossPercent)
            .ThenBy(found => found.Measure.Bytes.Total)
            .First();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
