using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using System.Text;

namespace PgEmbed;

/// <summary>
/// The vectors that one model makes: dimensions, metric and the model's fingerprint. Two spaces are the same when these
/// three are; the name is for people.
/// </summary>
public sealed class VectorSpace : IEquatable<VectorSpace>
{
    /// <summary>pgvector stores no longer vector than this.</summary>
    public const int MaxDimensions = 16_000;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Creates a space.</summary>
    /// <param name="name">The model that makes its vectors, as <c>name@version</c>.</param>
    /// <param name="fingerprint">The model's fingerprint: SHA-256 in 64 lower-case hexadecimal digits.</param>
    /// <param name="dimensions">The length of its vectors, 1 to 16,000.</param>
    /// <param name="metric">How its vectors are compared.</param>
    /// <exception cref="ArgumentException">A value is out of its range or not of its form.</exception>
    public VectorSpace(string name, string fingerprint, int dimensions, DistanceMetric metric = DistanceMetric.Cosine)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrEmpty(fingerprint);
        if (fingerprint.Length != 64 || fingerprint.AsSpan().ContainsAnyExcept(HexDigits))
            throw new ArgumentException(
                $"Expected a fingerprint of 64 lower-case hexadecimal digits, got '{fingerprint}'.", nameof(fingerprint));
        if (dimensions is < 1 or > MaxDimensions)
            throw new ArgumentOutOfRangeException(
                nameof(dimensions), dimensions, $"Expected 1 to {MaxDimensions} dimensions.");
        Name = name;
        Fingerprint = fingerprint;
        Dimensions = dimensions;
        Metric = metric;
        Id = DeriveId(fingerprint, dimensions, metric);
    }

    /// <summary>
    /// The space's id, the same in every database and process: the first 16 bytes of the SHA-256 of
    /// <c>fingerprint/dimensions/metric</c>, marked as a version 8 UUID (RFC 9562).
    /// </summary>
    public Guid Id { get; }

    /// <summary>The model that makes its vectors, as <c>name@version</c>.</summary>
    public string Name { get; }

    /// <summary>The model's fingerprint.</summary>
    public string Fingerprint { get; }

    /// <summary>The length of its vectors.</summary>
    public int Dimensions { get; }

    /// <summary>How its vectors are compared.</summary>
    public DistanceMetric Metric { get; }

    /// <summary>Makes a vector of this space, checked.</summary>
    /// <param name="values"><c>float[d]</c>; kept, not copied.</param>
    /// <exception cref="InvalidVectorException">
    /// The length is not <see cref="Dimensions"/>, a value is NaN or infinite, or all are zero under cosine.
    /// </exception>
    public SpaceVector Vector(ReadOnlyMemory<float> values)
    {
        Check(values.Span);
        return new SpaceVector(this, values);
    }

    /// <summary>Throws where the values can't be a vector of this space.</summary>
    /// <param name="values"><c>float[d]</c>.</param>
    /// <exception cref="InvalidVectorException">As <see cref="Vector"/>.</exception>
    public void Check(ReadOnlySpan<float> values)
    {
        if (values.Length != Dimensions)
            throw new InvalidVectorException(
                $"Expected a vector of {Dimensions} dimensions (space {Name}), got {values.Length}.");
        // The sum of squares is finite only when every value is; they are looked at one by one only when it is not,
        // since squares of large finite values overflow too.
        var squares = TensorPrimitives.SumOfSquares(values);
        if (!float.IsFinite(squares))
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (!float.IsFinite(values[i]))
                    throw new InvalidVectorException($"Expected finite values, got {values[i]} at position {i}.");
            }
        }

        // pgvector computes cosine in float32: a squared length of 0 or infinity makes every distance NaN.
        if (Metric == DistanceMetric.Cosine && (squares == 0 || float.IsInfinity(squares)))
            throw new InvalidVectorException(
                squares == 0
                    ? "Expected a vector with a direction, got the zero vector (or one too short for float32)."
                    : "Expected a vector whose squared length fits float32, got a longer one.",
                "Cosine distance to it is undefined: leave the row without a vector, or scale it.");
    }

    /// <inheritdoc/>
    public bool Equals(VectorSpace? other) => other is not null && Id == other.Id;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VectorSpace);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Dimensions} dimensions, {Metric.ToName()}, {Fingerprint[..12]})";

    private static Guid DeriveId(string fingerprint, int dimensions, DistanceMetric metric)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.ASCII.GetBytes(FormattableString.Invariant(
            $"{fingerprint}/{dimensions}/{metric.ToName()}")), hash);
        var high = BinaryPrimitives.ReadUInt16BigEndian(hash[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(hash[6..], (ushort)((high & 0x0FFF) | 0x8000));
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
