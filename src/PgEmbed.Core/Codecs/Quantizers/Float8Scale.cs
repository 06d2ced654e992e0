namespace PgEmbed.Codecs.Quantizers;

/// <summary>What an 8-bit float's values are multiplied with before they are rounded.</summary>
public enum Float8Scale
{
    /// <summary>One factor for all, fitted: 8-bit floats are as exact for small values as for large ones.</summary>
    Global,

    /// <summary>A factor a vector, kept as a float32 in front of its code.</summary>
    PerVector,

    /// <summary>A factor a dimension, fitted.</summary>
    PerDimension,
}
