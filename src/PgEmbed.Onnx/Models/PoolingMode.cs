namespace PgEmbed.Onnx.Models;

/// <summary>
/// How the vectors of a text's tokens become the text's one. A model may use several: their vectors stand one behind
/// another, in the order of the values.
/// </summary>
[Flags]
public enum PoolingMode
{
    /// <summary>No mode.</summary>
    None = 0,

    /// <summary>The first token's, <c>[CLS]</c>.</summary>
    Cls = 1,

    /// <summary>The largest value of each dimension.</summary>
    Max = 2,

    /// <summary>Their mean.</summary>
    Mean = 4,

    /// <summary>Their sum, divided by the square root of their number.</summary>
    MeanSqrtLen = 8,

    /// <summary>Their mean, weighted by their places: the first 1, the second 2, and so on (SGPT).</summary>
    WeightedMean = 16,

    /// <summary>The last token's, for models in which a token sees only those before it.</summary>
    LastToken = 32,
}
