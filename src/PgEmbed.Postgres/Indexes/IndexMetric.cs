namespace PgEmbed.Postgres.Indexes;

/// <summary>
/// What an HNSW index measures by. A space's <see cref="DistanceMetric"/> is one of the first three; bits have metrics of
/// their own.
/// </summary>
public enum IndexMetric
{
    /// <summary>Cosine distance, <c>&lt;=&gt;</c>.</summary>
    Cosine,

    /// <summary>Euclidean distance, <c>&lt;-&gt;</c>.</summary>
    L2,

    /// <summary>Negative inner product, <c>&lt;#&gt;</c>.</summary>
    InnerProduct,

    /// <summary>Sum of absolute differences, <c>&lt;+&gt;</c>.</summary>
    L1,

    /// <summary>How many bits differ, <c>&lt;~&gt;</c>.</summary>
    Hamming,

    /// <summary>1 − bits set in both / bits set in either, <c>&lt;%&gt;</c>.</summary>
    Jaccard,
}
