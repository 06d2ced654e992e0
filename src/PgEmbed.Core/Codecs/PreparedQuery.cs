using System.Buffers.Binary;
using PgEmbed.Codecs.Quantizers;

namespace PgEmbed.Codecs;

/// <summary>
/// A query ready for distances to codes of one codec: asymmetric, for the query is not coded itself. Safe to use from
/// many threads.
/// </summary>
public sealed class PreparedQuery
{
    private readonly VectorCodec _codec;
    private readonly CodeScorer _scorer;
    private readonly float _offset;
    private readonly float _squares;

    internal PreparedQuery(VectorCodec codec, CodeScorer scorer, float offset, float squares)
    {
        _codec = codec;
        _scorer = scorer;
        _offset = offset;
        _squares = squares;
    }

    /// <summary>The distance to the vector that a code stands for, under the codec's metric.</summary>
    /// <param name="code"><c>byte[<see cref="VectorCodec.CodeBytes"/>]</c>.</param>
    /// <exception cref="ArgumentException">The code is not as long as it must be.</exception>
    public float Distance(ReadOnlySpan<byte> code)
    {
        if (code.Length != _codec.CodeBytes)
            throw new ArgumentException(
                $"Expected a code of {_codec.CodeBytes} bytes, got {code.Length}.", nameof(code));
        return Distance(_scorer.Dot(code), code);
    }

    /// <summary>The distances to many codes that stand one behind the other.</summary>
    /// <param name="codes"><c>byte[n × <see cref="VectorCodec.CodeBytes"/>]</c>.</param>
    /// <param name="distances">Where to: <c>float[n]</c>.</param>
    /// <exception cref="ArgumentException">The codes are not as long as they must be together.</exception>
    public void Distances(ReadOnlySpan<byte> codes, Span<float> distances)
    {
        var stride = _codec.CodeBytes;
        if (codes.Length != (long)stride * distances.Length)
            throw new ArgumentException(
                $"Expected {distances.Length} codes of {stride} bytes, got {codes.Length} bytes.", nameof(codes));
        _scorer.Dot(codes, stride, distances);
        for (var i = 0; i < distances.Length; i++)
            distances[i] = Distance(distances[i], codes.Slice(i * stride, stride));
    }

    /// <summary>
    /// How far the inner product that a distance is made of may be off; null where the codec has no such bound. Under
    /// cosine it is how far the distance may be off.
    /// </summary>
    /// <param name="code"><c>byte[<see cref="VectorCodec.CodeBytes"/>]</c>.</param>
    /// <param name="epsilon">How sure the bound is, see <see cref="RaBitQEstimator.ErrorBound"/>.</param>
    public float? ErrorBound(ReadOnlySpan<byte> code, float epsilon = 1.9f) =>
        _scorer is RaBitQEstimator estimator ? estimator.ErrorBound(code, epsilon) : null;

    private float Distance(float product, ReadOnlySpan<byte> code)
    {
        product += _offset;
        return _codec.Metric switch
        {
            DistanceMetric.Cosine => 1 - product,
            DistanceMetric.InnerProduct => -product,
            _ => MathF.Sqrt(Math.Max(
                0,
                _squares - (2 * product)
                + BinaryPrimitives.ReadSingleLittleEndian(code[_codec.Quantizer.CodeBytes..]))),
        };
    }
}
