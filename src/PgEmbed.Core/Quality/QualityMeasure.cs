using System.Globalization;

namespace PgEmbed.Quality;

/// <summary>A measure of how good a ranking is, as trec_eval 9.0 defines it.</summary>
/// <param name="Kind">What it counts.</param>
/// <param name="K">How many places of the ranking it looks at; null for all.</param>
public readonly record struct QualityMeasure(QualityMeasureKind Kind, int? K)
{
    private static readonly (string Name, QualityMeasureKind Kind, bool NeedsK)[] Names =
    [
        ("ndcg", QualityMeasureKind.Ndcg, false),
        ("mrr", QualityMeasureKind.ReciprocalRank, false),
        ("recall", QualityMeasureKind.Recall, true),
        ("map", QualityMeasureKind.AveragePrecision, false),
        ("precision", QualityMeasureKind.Precision, true),
    ];

    /// <summary>nDCG@k.</summary>
    public static QualityMeasure Ndcg(int k) => new(QualityMeasureKind.Ndcg, k);

    /// <summary>MRR@k.</summary>
    public static QualityMeasure Mrr(int k) => new(QualityMeasureKind.ReciprocalRank, k);

    /// <summary>Recall@k.</summary>
    public static QualityMeasure Recall(int k) => new(QualityMeasureKind.Recall, k);

    /// <summary>Mean average precision over the whole ranking.</summary>
    public static QualityMeasure Map { get; } = new(QualityMeasureKind.AveragePrecision, null);

    /// <summary>Reads <c>ndcg@10</c>, <c>mrr@10</c>, <c>recall@100</c>, <c>precision@5</c>, <c>map</c>.</summary>
    /// <exception cref="PgEmbedException">It is none of these.</exception>
    public static QualityMeasure Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? text : text[..at];
        var found = Names.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        var k = 0;
        if (found.Name is null
            || (at < 0 && found.NeedsK)
            || (at >= 0 && !(int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out k) && k > 0)))
            throw new PgEmbedException(
                $"Expected a measure such as ndcg@10, mrr@10, recall@100, precision@5 or map, got '{text}'.");
        return new QualityMeasure(found.Kind, at < 0 ? null : k);
    }

    /// <summary>The measure of one query's ranking.</summary>
    /// <param name="ranked">The grade of the document in each place, <c>int[n]</c>; of an unjudged one, any below 1.</param>
    /// <param name="judged">The grades of all documents judged for the query, in any order.</param>
    /// <param name="relevantFrom">The lowest grade that counts as relevant; nDCG takes every grade as its gain.</param>
    /// <returns>0 to 1; 0 where no document is relevant, as trec_eval has it.</returns>
    public double Of(ReadOnlySpan<int> ranked, IEnumerable<int> judged, int relevantFrom = 1)
    {
        ArgumentNullException.ThrowIfNull(judged);
        ArgumentOutOfRangeException.ThrowIfLessThan(relevantFrom, 1);
        var places = ranked[..Math.Min(K ?? ranked.Length, ranked.Length)];
        if (Kind == QualityMeasureKind.Ndcg)
        {
            int[] best = [.. judged.OrderDescending().Take(K ?? int.MaxValue)];
            var ideal = Gain(best);
            return ideal > 0 ? Gain(places) / ideal : 0;
        }

        var relevant = judged.Count(grade => grade >= relevantFrom);
        if (relevant == 0)
            return 0;
        var found = 0;
        var precisions = 0.0;
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] < relevantFrom)
                continue;
            found++;
            precisions += (double)found / (i + 1);
            if (Kind == QualityMeasureKind.ReciprocalRank)
                return 1.0 / (i + 1);
        }

        return Kind switch
        {
            QualityMeasureKind.Recall => (double)found / relevant,
            QualityMeasureKind.AveragePrecision => precisions / relevant,
            QualityMeasureKind.Precision => (double)found / (K ?? Math.Max(1, ranked.Length)),
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var kind = Kind;
        var name = Names.First(known => known.Kind == kind).Name;
        return K is { } k ? string.Create(CultureInfo.InvariantCulture, $"{name}@{k}") : name;
    }

    private static double Gain(ReadOnlySpan<int> grades)
    {
        var sum = 0.0;
        for (var i = 0; i < grades.Length; i++)
        {
            if (grades[i] > 0)
                sum += grades[i] / Math.Log2(i + 2);
        }

        return sum;
    }
}
