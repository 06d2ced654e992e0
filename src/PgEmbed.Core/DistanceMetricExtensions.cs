namespace PgEmbed;

/// <summary>The one spelling of a <see cref="DistanceMetric"/> in the catalog, SQL and the command line.</summary>
public static class DistanceMetricExtensions
{
    /// <summary>The metric's name as the catalog holds it: <c>cosine</c>, <c>l2</c> or <c>inner_product</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public static string ToName(this DistanceMetric metric) => metric switch
    {
        DistanceMetric.Cosine => "cosine",
        DistanceMetric.L2 => "l2",
        DistanceMetric.InnerProduct => "inner_product",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Not a distance metric."),
    };

    /// <summary>Reads a metric's name.</summary>
    /// <exception cref="FormatException">The name is none of <c>cosine</c>, <c>l2</c>, <c>inner_product</c>.</exception>
    public static DistanceMetric Parse(string name) => name switch
    {
        "cosine" => DistanceMetric.Cosine,
        "l2" => DistanceMetric.L2,
        "inner_product" => DistanceMetric.InnerProduct,
        _ => throw new FormatException($"Expected a metric (cosine, l2 or inner_product), got '{name}'."),
    };
}
