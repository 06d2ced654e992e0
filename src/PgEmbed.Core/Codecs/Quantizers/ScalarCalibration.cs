namespace PgEmbed.Codecs.Quantizers;

/// <summary>What range a scalar quantizer's steps divide; values outside become the nearest step inside.</summary>
public enum ScalarCalibration
{
    /// <summary>−1 to 1, whatever the vectors are: no sample is needed.</summary>
    Fixed,

    /// <summary>One range for all dimensions, clipped where that makes the squared error least.</summary>
    Global,

    /// <summary>A range a dimension, clipped where that makes the squared error least.</summary>
    PerDimension,
}
