namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// How a quantizer's codes are read without it, as SQL does: the value of dimension i is factor · (low + step · level), where
/// the level is that of a byte, half a byte, a bit, or the bits of all planes.
/// </summary>
/// <param name="Levels">
/// What these pieces stand for. Under <c>pq</c> 256 centres for each dimension, <c>float[d × 256]</c>; under <c>f32</c> and
/// <c>f16</c> the power of 2 that each exponent stands for.
/// </param>
public sealed record CodeLayout(IReadOnlyList<float> Levels)
{
    /// <summary>Whether a code begins with a factor of its own.</summary>
    public bool HasFactor { get; init; }

    /// <summary>What is added in each dimension, <c>float[d]</c>; null for 0.</summary>
    public IReadOnlyList<float>? Lows { get; init; }

    /// <summary>What a level is multiplied with in each dimension, <c>float[d]</c>; null for 1.</summary>
    public IReadOnlyList<float>? Steps { get; init; }

    /// <summary>Under <c>pq</c>, which byte of a code each dimension belongs to; otherwise null.</summary>
    public IReadOnlyList<int>? Parts { get; init; }
}
