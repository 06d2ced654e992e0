using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Codecs.Transforms;

namespace PgEmbed.Codecs;

/// <summary>
/// How a vector becomes a code: transforms one after another, then a quantizer. Fitted once and then fixed; safe to use
/// from many threads.
/// </summary>
/// <remarks>
/// <para>
/// Under cosine a vector is brought to length 1 first, and what a code stands for is taken to have that length; a decoded
/// vector has only nearly. Under L2 the vector's squared length stands behind its code, a float32: ‖q − x‖² = ‖q‖² −
/// 2⟨q, x̂⟩ + ‖x‖².
/// </para>
/// <para>
/// Serialized, little-endian: <c>PGEC</c>, version (a byte), metric (a byte), dimensions, the number of transforms, each
/// with its kind (a byte) and parameters, the quantizer's kind (a byte) and parameters. The fingerprint is the SHA-256
/// of these bytes. Coding by equal parameters gives equal bits on every processor.
/// </para>
/// </remarks>
public sealed class VectorCodec
{
    private const byte Version = 1;

    private static readonly byte[] Magic = "PGEC"u8.ToArray();

    private readonly int _longest;

    /// <summary>Puts a codec together.</summary>
    /// <param name="metric">How the vectors are compared.</param>
    /// <param name="dimensions">The length of the vectors it takes.</param>
    /// <param name="transforms">The transforms in their order.</param>
    /// <param name="quantizer">What makes the code of what the last one gives.</param>
    /// <exception cref="ArgumentException">One makes vectors of another length than the next one takes.</exception>
    public VectorCodec(
        DistanceMetric metric, int dimensions, IEnumerable<VectorTransform> transforms, VectorQuantizer quantizer)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        ArgumentNullException.ThrowIfNull(quantizer);
        Metric = metric;
        Dimensions = dimensions;
        Transforms = [.. transforms];
        Quantizer = quantizer;
        var length = dimensions;
        foreach (var transform in Transforms)
        {
            if (transform.InputDimensions != length)
                throw new ArgumentException(
                    $"Expected a transform of {length} dimensions, got {transform.Name} of {transform.InputDimensions}.",
                    nameof(transforms));
            if (transform is Normalization && metric != DistanceMetric.Cosine)
                throw new ArgumentException(
                    $"Expected metric cosine for {transform.Name}, got {metric.ToName()}: lengths matter there.",
                    nameof(transforms));
            length = transform.OutputDimensions;
        }

        if (quantizer.Dimensions != length)
            throw new ArgumentException(
                $"Expected a quantizer of {length} dimensions, got {quantizer.Name} of {quantizer.Dimensions}.",
                nameof(quantizer));
        _longest = Transforms.Select(t => t.OutputDimensions).Append(dimensions).Max();
        Parameters = Serialize();
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Parameters.Span));
    }

    /// <summary>How the vectors are compared.</summary>
    public DistanceMetric Metric { get; }

    /// <summary>The length of the vectors it takes.</summary>
    public int Dimensions { get; }

    /// <summary>The transforms in their order.</summary>
    public IReadOnlyList<VectorTransform> Transforms { get; }

    /// <summary>What makes the code.</summary>
    public VectorQuantizer Quantizer { get; }

    /// <summary>Everything that was fitted, serialized.</summary>
    public ReadOnlyMemory<byte> Parameters { get; }

    /// <summary>SHA-256 of <see cref="Parameters"/>, in 64 lower-case hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>The length of a code in bytes.</summary>
    public int CodeBytes => Quantizer.CodeBytes + (Metric == DistanceMetric.L2 ? sizeof(float) : 0);

    /// <summary>Reads a codec's parameters.</summary>
    /// <exception cref="PgEmbedException">They are damaged, or of a later version.</exception>
    public static VectorCodec Deserialize(ReadOnlyMemory<byte> parameters)
    {
        var reader = new CodecReader(parameters);
        foreach (var letter in Magic)
            CodecReader.Require(reader.ReadByte() == letter, "a codec's parameters, beginning with PGEC");
        var version = reader.ReadByte();
        if (version != Version)
            throw new PgEmbedException(
                $"Expected a codec's parameters of version {Version}, got {version}.",
                "A newer PgEmbed wrote them: use one as new.");
        var metric = (DistanceMetric)reader.ReadByte();
        CodecReader.Require(Enum.IsDefined(metric), $"a metric, got {(int)metric}");
        var dimensions = reader.ReadDimensions();
        var count = reader.ReadInt32();
        CodecReader.Require(count is >= 0 and <= 16, $"at most 16 transforms, got {count}");
        var length = dimensions;
        var transforms = new List<VectorTransform>();
        for (var i = 0; i < count; i++)
        {
            var transform = ReadTransform(reader);
            CodecReader.Require(transform.InputDimensions == length, $"a transform of {length} dimensions");
            CodecReader.Require(
                transform is not Normalization || metric == DistanceMetric.Cosine, "cosine where vectors are normalized");
            transforms.Add(transform);
            length = transform.OutputDimensions;
        }

        var quantizer = ReadQuantizer(reader);
        CodecReader.Require(quantizer.Dimensions == length, $"a quantizer of {length} dimensions");
        reader.RequireEnd();
        return new VectorCodec(metric, dimensions, transforms, quantizer);
    }

    /// <summary>Makes a vector's code.</summary>
    /// <param name="vector"><c>float[d]</c>.</param>
    /// <param name="code">Where to: <c>byte[<see cref="CodeBytes"/>]</c>.</param>
    /// <exception cref="InvalidVectorException">
    /// The length is not <see cref="Dimensions"/>, a value is NaN or infinite, or all are zero under cosine.
    /// </exception>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        var squares = Check(vector);
        using var buffer = new StepBuffer(_longest);
        Start(vector, squares, buffer.Current);
        foreach (var transform in Transforms)
        {
            transform.Apply(buffer.Current[..transform.InputDimensions], buffer.Next);
            buffer.Swap();
        }

        Quantizer.Encode(buffer.Current[..Quantizer.Dimensions], code);
        if (Metric == DistanceMetric.L2)
            BinaryPrimitives.WriteSingleLittleEndian(code[Quantizer.CodeBytes..], squares);
    }

    /// <summary>Makes the vector that a code stands for; under cosine it is of length 1, nearly.</summary>
    /// <param name="code"><c>byte[<see cref="CodeBytes"/>]</c>.</param>
    /// <param name="vector">Where to: <c>float[d]</c>.</param>
    /// <exception cref="ArgumentException">The code is not as long as it must be.</exception>
    public void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        if (code.Length != CodeBytes)
            throw new ArgumentException($"Expected a code of {CodeBytes} bytes, got {code.Length}.", nameof(code));
        using var buffer = new StepBuffer(_longest);
        Quantizer.Decode(code, buffer.Current);
        foreach (var transform in Transforms.Reverse())
        {
            transform.Invert(buffer.Current[..transform.OutputDimensions], buffer.Next);
            buffer.Swap();
        }

        buffer.Current[..Dimensions].CopyTo(vector);
    }

    /// <summary>Prepares a query, full and not coded, for distances to codes.</summary>
    /// <param name="query"><c>float[d]</c>.</param>
    /// <exception cref="InvalidVectorException">As <see cref="Encode"/>.</exception>
    public PreparedQuery Prepare(ReadOnlySpan<float> query)
    {
        var squares = Check(query);
        var buffer = new StepBuffer(_longest);
        Start(query, squares, buffer.Current);
        var offset = Map(ref buffer);
        var scorer = Quantizer.Prepare(buffer.Current[..Quantizer.Dimensions]);
        buffer.Dispose();
        return new PreparedQuery(this, scorer, offset, squares);
    }

    /// <summary>
    /// Its transforms as one affine map: a decoded vector is M · values + shift, where values are what a code stands for.
    /// </summary>
    /// <returns>
    /// M, <c>float[d × m]</c>, row-major, and the shift, <c>float[d]</c>; null for the identity, and for zeros.
    /// </returns>
    public (float[]? Matrix, float[]? Shift) DecodingMap()
    {
        var coded = Quantizer.Dimensions;
        var (matrix, shift) = (new float[Dimensions * coded], new float[Dimensions]);
        var unit = new float[Dimensions];
        var buffer = new StepBuffer(_longest);
        for (var i = 0; i < Dimensions; i++)
        {
            // Mapped as a query, a unit vector is a row of M, and its offset a value of the shift.
            unit[i] = 1;
            unit.CopyTo(buffer.Current);
            shift[i] = Map(ref buffer);
            buffer.Current[..coded].CopyTo(matrix.AsSpan(i * coded));
            unit[i] = 0;
        }

        buffer.Dispose();
        var identity = Dimensions == coded;
        for (var i = 0; identity && i < matrix.Length; i++)
            identity = matrix[i] == (i % (Dimensions + 1) == 0 ? 1 : 0);
        return (identity ? null : matrix, Array.TrueForAll(shift, value => value == 0) ? null : shift);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        ", ",
        Transforms.Select(t => FormattableString.Invariant($"{t.Name} {t.OutputDimensions}")).Append(Quantizer.Name));

    private float Map(ref StepBuffer buffer)
    {
        var offset = 0f;
        foreach (var transform in Transforms)
        {
            offset += transform.MapQuery(buffer.Current[..transform.InputDimensions], buffer.Next);
            buffer.Swap();
        }

        return offset;
    }

    private static VectorTransform ReadTransform(CodecReader reader)
    {
        var kind = (TransformKind)reader.ReadByte();
        CodecReader.Require(Enum.IsDefined(kind), $"a known transform, got kind {(int)kind}");
        return kind switch
        {
            TransformKind.Truncation => Truncation.Read(reader),
            TransformKind.Affine => AffineTransform.Read(reader),
            TransformKind.HadamardRotation => HadamardRotation.Read(reader),
            TransformKind.HadamardFrame => HadamardFrame.Read(reader),
            TransformKind.SparseProjection => SparseProjection.Read(reader),
            _ => new Normalization(reader.ReadDimensions()),
        };
    }

    private static VectorQuantizer ReadQuantizer(CodecReader reader)
    {
        var kind = (QuantizerKind)reader.ReadByte();
        CodecReader.Require(Enum.IsDefined(kind), $"a known quantizer, got kind {(int)kind}");
        return kind switch
        {
            QuantizerKind.Float32 => new Float32Quantizer(reader.ReadDimensions()),
            QuantizerKind.Float16 => new Float16Quantizer(reader.ReadDimensions()),
            QuantizerKind.Float8 => Float8Quantizer.Read(reader),
            QuantizerKind.Scalar8 => ScalarQuantizer.Read(reader, packed: false),
            QuantizerKind.Scalar4 => ScalarQuantizer.Read(reader, packed: true),
            QuantizerKind.NormalGrid4 => new NormalGridQuantizer(reader.ReadDimensions()),
            QuantizerKind.Bit => BitQuantizer.Read(reader),
            QuantizerKind.MultiBit => MultiBitQuantizer.Read(reader),
            QuantizerKind.RaBitQ => new RaBitQQuantizer(reader.ReadDimensions()),
            _ => ProductQuantizer.Read(reader),
        };
    }

    private byte[] Serialize()
    {
        var writer = new CodecWriter();
        foreach (var letter in Magic)
            writer.Write(letter);
        writer.Write(Version);
        writer.Write((byte)Metric);
        writer.Write(Dimensions);
        writer.Write(Transforms.Count);
        foreach (var transform in Transforms)
        {
            writer.Write((byte)transform.Kind);
            transform.Write(writer);
        }

        writer.Write((byte)Quantizer.Kind);
        Quantizer.Write(writer);
        return writer.ToArray();
    }

    private void Start(ReadOnlySpan<float> vector, float squares, Span<float> start)
    {
        // Divide is elementwise and exact to a rounding, so it is the same everywhere.
        if (Metric == DistanceMetric.Cosine)
            TensorPrimitives.Divide(vector, MathF.Sqrt(squares), start);
        else
            vector.CopyTo(start);
    }

    /// <summary>The vector's squared length, once it is seen to be one that can be coded.</summary>
    private float Check(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Dimensions)
            throw new InvalidVectorException(
                $"Expected a vector of {Dimensions} dimensions for codec {Quantizer.Name}, got {vector.Length}.");
        var squares = FixedOrder.SumOfSquares(vector);
        // A finite sum of squares has only finite values in it.
        for (var i = 0; i < vector.Length && !float.IsFinite(squares); i++)
        {
            if (!float.IsFinite(vector[i]))
                throw new InvalidVectorException($"Expected finite values, got {vector[i]} at position {i}.");
        }

        if (Metric != DistanceMetric.InnerProduct && (!float.IsFinite(squares) || (squares == 0 && Metric == DistanceMetric.Cosine)))
            throw new InvalidVectorException(
                squares == 0
                    ? "Expected a vector with a direction, got the zero vector (or one too short for float32)."
                    : "Expected a vector whose squared length fits float32, got a longer one.",
                "Leave the row without a vector, or scale it.");
        return squares;
    }
}
