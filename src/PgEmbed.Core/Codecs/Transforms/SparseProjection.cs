namespace PgEmbed.Codecs.Transforms;

/// <summary>
/// A very sparse random projection (Li, Hastie and Church 2006, doi:10.1145/1150402.1150436): each output is the sum of
/// about √n of the n inputs with random signs, scaled so that inner products are kept on average.
/// </summary>
public sealed class SparseProjection : VectorTransform
{
    private readonly int[] _inputs;
    private readonly sbyte[] _signs;
    private readonly int _each;
    private readonly float _scale;

    /// <summary>Creates a projection out of a seed.</summary>
    /// <param name="inputDimensions">n.</param>
    /// <param name="outputDimensions">m.</param>
    /// <param name="seed">Chooses the projection; the same on every machine.</param>
    public SparseProjection(int inputDimensions, int outputDimensions, ulong seed)
        : this(inputDimensions, outputDimensions, Draw(inputDimensions, outputDimensions, seed))
    {
    }

    private SparseProjection(int inputDimensions, int outputDimensions, (int[] Inputs, sbyte[] Signs) entries)
        : base(inputDimensions, outputDimensions)
    {
        (_inputs, _signs) = entries;
        _each = _inputs.Length / outputDimensions;
        _scale = MathF.Sqrt((float)inputDimensions / ((float)_each * outputDimensions));
    }

    /// <inheritdoc/>
    public override string Name => "sparse-projection";

    internal override TransformKind Kind => TransformKind.SparseProjection;

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<float> vector, Span<float> transformed)
    {
        for (var output = 0; output < OutputDimensions; output++)
        {
            var sum = 0f;
            for (var i = output * _each; i < (output + 1) * _each; i++)
                sum += _signs[i] * vector[_inputs[i]];
            transformed[output] = _scale * sum;
        }
    }

    /// <inheritdoc/>
    /// <remarks>By the transpose: right on average, not for each vector.</remarks>
    public override void Invert(ReadOnlySpan<float> transformed, Span<float> vector)
    {
        vector[..InputDimensions].Clear();
        for (var output = 0; output < OutputDimensions; output++)
        {
            var value = _scale * transformed[output];
            for (var i = output * _each; i < (output + 1) * _each; i++)
                vector[_inputs[i]] += _signs[i] * value;
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
        writer.Write(InputDimensions);
        writer.Write(OutputDimensions);
        writer.Write(_each);
        foreach (var (input, sign) in _inputs.Zip(_signs))
            writer.Write(sign < 0 ? ~input : input);
    }

    internal static SparseProjection Read(CodecReader reader)
    {
        var (input, output) = (reader.ReadDimensions(), reader.ReadDimensions());
        var each = reader.ReadInt32();
        CodecReader.Require(each >= 1 && each <= input, $"1 to {input} inputs for an output of a projection, got {each}");
        reader.RequireLeft((long)output * each * sizeof(int));
        var inputs = new int[output * each];
        var signs = new sbyte[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            var entry = reader.ReadInt32();
            (inputs[i], signs[i]) = entry < 0 ? (~entry, (sbyte)-1) : (entry, (sbyte)1);
            CodecReader.Require(inputs[i] < input, $"an input below {input}, got {inputs[i]}");
        }

        return new SparseProjection(input, output, (inputs, signs));
    }

    private static (int[] Inputs, sbyte[] Signs) Draw(int inputDimensions, int outputDimensions, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputDimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputDimensions, 1);
        var random = new SplitMix(seed);
        var each = (int)Math.Ceiling(Math.Sqrt(inputDimensions));
        var inputs = new int[outputDimensions * each];
        var signs = new sbyte[inputs.Length];
        for (var output = 0; output < outputDimensions; output++)
        {
            random.Sample(inputDimensions, each).CopyTo(inputs.AsSpan(output * each));
            for (var i = output * each; i < (output + 1) * each; i++)
                signs[i] = (random.Next() & 1) == 0 ? (sbyte)1 : (sbyte)-1;
        }

        return (inputs, signs);
    }
}
