namespace PgEmbed.Postgres.Indexes;

/// <summary>The one spelling of an <see cref="IndexMetric"/>.</summary>
public static class IndexMetricExtensions
{
    private static readonly (IndexMetric Metric, string Name)[] Names =
    [
        (IndexMetric.Cosine, "cosine"), (IndexMetric.L2, "l2"), (IndexMetric.InnerProduct, "inner_product"),
        (IndexMetric.L1, "l1"), (IndexMetric.Hamming, "hamming"), (IndexMetric.Jaccard, "jaccard"),
    ];

    /// <summary>The metric's name in messages and on the command line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public static string ToName(this IndexMetric metric)
    {
        foreach (var (value, name) in Names)
        {
            if (value == metric)
                return name;
        }

        throw new ArgumentOutOfRangeException(nameof(metric), metric, "Not a metric.");
    }

    /// <summary>Reads a metric's name.</summary>
    /// <exception cref="FormatException">There is no such metric.</exception>
    public static IndexMetric Parse(string name)
    {
        foreach (var (value, known) in Names)
        {
            if (known == name)
                return value;
        }

        throw new FormatException(
            $"Expected a metric ({string.Join(", ", Names.Select(n => n.Name))}), got '{name}'.");
    }

    /// <summary>The metric of an index that serves a space.</summary>
    public static IndexMetric ToIndexMetric(this DistanceMetric metric) => Parse(metric.ToName());
}
