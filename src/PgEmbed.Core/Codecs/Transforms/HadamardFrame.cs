using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Transforms;

/// <summary>
/// Several random rotations of a vector one behind the other, as many as a number of outputs asks for, the last one cut
/// where it must be: for signs, of which there may then be more than dimensions. The share of signs in which two vectors
/// differ is nearly their angle (Charikar 2002, doi:10.1145/509907.509965), the more signs the nearer.
/// </summary>
/// <remarks>
/// A tight frame where the outputs are a multiple of the inputs: the transpose is the inverse, and lengths and inner
/// products stay. Otherwise they stay nearly. Signs out of orthogonal directions err less than out of independent ones (Ji
/// et al. 2012, 'Super-Bit Locality-Sensitive Hashing').
/// </remarks>
public sealed class HadamardFrame : VectorTransform
{
    private readonly HadamardRotation[] _rotations;
    private readonly float _scale;

    /// <summary>Creates a frame out of a seed.</summary>
    /// <param name="inputDimensions">n.</param>
    /// <param name="outputDimensions">m; more than n, or fewer.</param>
    /// <param name="seed">Chooses the rotations; the same on every machine.</param>
    public HadamardFrame(int inputDimensions, int outputDimensions, ulong seed)
        : this(inputDimensions, outputDimensions, Draw(inputDimensions, outputDimensions, seed))
    {
    }

    private HadamardFrame(int inputDimensions, int outputDimensions, HadamardRotation[] rotations)
        : base(inputDimensions, outputDimensions)
    {
        _rotations = rotations;
        _scale = MathF.Sqrt((float)inputDimensions / outputDimensions);
    }

    /// <inheritdoc/>
    public override string Name => "hadamard";

    internal override TransformKind Kind => TransformKind.HadamardFrame;

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<float> vector, Span<float> transformed)
    {
        using var rotated = new Scratch(InputDimensions);
        for (var i = 0; i < _rotations.Length; i++)
        {
            _rotations[i].Apply(vector, rotated.Span);
            var part = Part(transformed, i);
            TensorPrimitives.Multiply(rotated.Span[..part.Length], _scale, part);
        }
    }

    /// <inheritdoc/>
    /// <remarks>By the transpose.</remarks>
    public override void Invert(ReadOnlySpan<float> transformed, Span<float> vector)
    {
        vector = vector[..InputDimensions];
        vector.Clear();
        using var rotated = new Scratch(InputDimensions);
        using var back = new Scratch(InputDimensions);
        for (var i = 0; i < _rotations.Length; i++)
        {
            var part = transformed[(i * InputDimensions)..Math.Min((i + 1) * InputDimensions, OutputDimensions)];
            part.CopyTo(rotated.Span);
            rotated.Span[part.Length..].Clear();
            _rotations[i].Invert(rotated.Span, back.Span);
            TensorPrimitives.MultiplyAdd(back.Span, _scale, vector, vector);
        }
    }

    /// <inheritdoc/>
    public override float MapQuery(ReadOnlySpan<float> query, Span<float> mapped)
    {
        Apply(query, mapped);
        return 0;
    }

    internal override void Write(CodecWriter writer)
    {
        writer.Write(OutputDimensions);
        foreach (var rotation in _rotations)
            rotation.Write(writer);
    }

    internal static HadamardFrame Read(CodecReader reader)
    {
        var output = reader.ReadDimensions();
        var rotations = new List<HadamardRotation> { HadamardRotation.Read(reader) };
        var input = rotations[0].InputDimensions;
        while (rotations.Count < Count(input, output))
        {
            rotations.Add(HadamardRotation.Read(reader));
            CodecReader.Require(rotations[^1].InputDimensions == input, $"rotations of {input} dimensions");
        }

        return new HadamardFrame(input, output, [.. rotations]);
    }

    private static HadamardRotation[] Draw(int inputDimensions, int outputDimensions, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputDimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputDimensions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputDimensions, VectorSpace.MaxDimensions);
        // Seeds out of the seed, since seeds beside each other are other transforms' own.
        var random = new SplitMix(seed);
        return [.. Enumerable.Range(0, Count(inputDimensions, outputDimensions))
            .Select(_ => new HadamardRotation(inputDimensions, random.Next()))];
    }

    private static int Count(int inputDimensions, int outputDimensions) =>
        (outputDimensions + inputDimensions - 1) / inputDimensions;

    private Span<float> Part(Span<float> transformed, int rotation) =>
        transformed[(rotation * InputDimensions)..Math.Min((rotation + 1) * InputDimensions, OutputDimensions)];
}
