namespace PgEmbed;

/// <summary>How the nearness of two vectors of one space is measured. Smaller is nearer in all three.</summary>
public enum DistanceMetric
{
    /// <summary><c>1 − (a·b) / (‖a‖‖b‖)</c>, pgvector's <c>&lt;=&gt;</c>. A zero vector has no cosine distance.</summary>
    Cosine,

    /// <summary><c>‖a − b‖</c>, pgvector's <c>&lt;-&gt;</c>.</summary>
    L2,

    /// <summary><c>−(a·b)</c>, pgvector's <c>&lt;#&gt;</c>.</summary>
    InnerProduct,
}
