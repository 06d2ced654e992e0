namespace PgEmbed.Postgres.Indexes;

/// <summary>
/// Type, metric, operator class and operator that belong together. An index serves only searches that order by just its
/// operator class's operator, so all four are always taken from here.
/// </summary>
/// <param name="Type">What is indexed.</param>
/// <param name="Metric">What it measures by.</param>
/// <param name="Name">The operator class, in pgvector's schema.</param>
/// <param name="Operator">The operator that a search orders by, in pgvector's schema.</param>
public sealed record HnswOperatorClass(IndexedType Type, IndexMetric Metric, string Name, string Operator)
{
    /// <summary>All operator classes that pgvector 0.8 has for HNSW.</summary>
    public static IReadOnlyList<HnswOperatorClass> All { get; } =
    [
        .. Of(IndexedType.Vector, IndexMetric.Cosine, IndexMetric.L2, IndexMetric.InnerProduct, IndexMetric.L1),
        .. Of(IndexedType.Halfvec, IndexMetric.Cosine, IndexMetric.L2, IndexMetric.InnerProduct, IndexMetric.L1),
        .. Of(IndexedType.Bit, IndexMetric.Hamming, IndexMetric.Jaccard),
        .. Of(IndexedType.Sparsevec, IndexMetric.Cosine, IndexMetric.L2, IndexMetric.InnerProduct, IndexMetric.L1),
    ];

    /// <summary>Finds the operator class for a type and a metric.</summary>
    /// <exception cref="PgEmbedException">The type has no such metric.</exception>
    public static HnswOperatorClass For(IndexedType type, IndexMetric metric) =>
        All.FirstOrDefault(c => c.Type == type && c.Metric == metric)
        ?? throw new PgEmbedException(
            $"Expected a metric of {type.ToName()} ({MetricsOf(type)}), got {metric.ToName()}.");

    /// <summary>Finds the operator class by which a space's vectors, in a form of a type, are searched: bits by Hamming.</summary>
    internal static HnswOperatorClass For(IndexedType type, DistanceMetric metric) =>
        For(type, type == IndexedType.Bit ? IndexMetric.Hamming : metric.ToIndexMetric());

    internal static HnswOperatorClass? Find(string name) => All.FirstOrDefault(c => c.Name == name);

    internal static string MetricsOf(IndexedType type) =>
        string.Join(", ", All.Where(c => c.Type == type).Select(c => c.Metric.ToName()));

    private static IEnumerable<HnswOperatorClass> Of(IndexedType type, params IEnumerable<IndexMetric> metrics) =>
        metrics.Select(metric =>
        {
            var (ending, symbol) = metric switch
            {
                IndexMetric.Cosine => ("cosine", "<=>"),
                IndexMetric.L2 => ("l2", "<->"),
                IndexMetric.InnerProduct => ("ip", "<#>"),
                IndexMetric.L1 => ("l1", "<+>"),
                IndexMetric.Hamming => ("hamming", "<~>"),
                _ => ("jaccard", "<%>"),
            };
            return new HnswOperatorClass(type, metric, $"{type.ToName()}_{ending}_ops", symbol);
        });
}
