using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// <c>pq</c> (Jégou, Douze and Schmid 2011, doi:10.1109/TPAMI.2010.57): the vector is cut into parts, and each part is
/// named by the nearest of 256 centres of its own, a byte a part. Behind a learned rotation it is <c>opq</c>, see
/// <see cref="Fitting.OptimizedProduct"/>.
/// </summary>
public sealed class ProductQuantizer : VectorQuantizer
{
    internal const int Centres = 256;

    private readonly int[] _starts;
    private readonly float[][] _centres;

    internal ProductQuantizer(int dimensions, float[][] centres)
        : base(dimensions)
    {
        _centres = centres;
        _starts = Starts(dimensions, centres.Length);
    }

    /// <inheritdoc/>
    public override int CodeBytes => _centres.Length;

    /// <inheritdoc/>
    public override string Name => "pq";

    /// <inheritdoc/>
    public override CodeLayout Layout => new([.. _centres.SelectMany(part => part)])
    {
        Parts = [.. _centres.SelectMany((_, part) => Enumerable.Repeat(part, _starts[part + 1] - _starts[part]))],
    };

    internal override QuantizerKind Kind => QuantizerKind.Product;

    /// <summary>Finds the centres by k-means.</summary>
    /// <param name="sample">What is to be quantized, <c>float[n × d]</c>; at least one vector, better 10,000.</param>
    /// <param name="parts">How many parts, and bytes of a code: 1 to d. The first parts are longer where it doesn't divide d.</param>
    /// <param name="iterations">The most steps of k-means.</param>
    /// <param name="starts">How many times it begins, the best of which is taken.</param>
    /// <param name="seed">Chooses the starts.</param>
    /// <exception cref="PgEmbedException">The sample is empty, or a value is not finite.</exception>
    public static ProductQuantizer Fit(
        VectorBlock sample, int parts, int iterations = 25, int starts = 2, ulong seed = 1)
    {
        QuantizerSample.Check(sample);
        if (parts < 1 || parts > sample.Dimensions)
            throw new ArgumentOutOfRangeException(
                nameof(parts), parts, $"Expected 1 to {sample.Dimensions} parts of a vector.");
        var bounds = Starts(sample.Dimensions, parts);
        var centres = new float[parts][];
        Parallel.For(0, parts, part => centres[part] = KMeans.Fit(
            Part(sample, bounds[part], bounds[part + 1]), Centres, iterations, starts, seed + (ulong)part).Centres);
        return new ProductQuantizer(sample.Dimensions, centres);
    }

    /// <summary>The same parts with centres that fit another sample better.</summary>
    internal ProductQuantizer Continue(VectorBlock sample, int iterations, ulong seed)
    {
        var centres = new float[_centres.Length][];
        Parallel.For(0, centres.Length, part => centres[part] = KMeans.Continue(
            Part(sample, _starts[part], _starts[part + 1]), _centres[part], iterations, seed + (ulong)part).Centres);
        return new ProductQuantizer(Dimensions, centres);
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        Span<float> work = stackalloc float[Centres];
        for (var part = 0; part < _centres.Length; part++)
            code[part] = (byte)KMeans.Nearest(_centres[part], vector[_starts[part].._starts[part + 1]], work).Centre;
    }

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        for (var part = 0; part < _centres.Length; part++)
        {
            for (var i = _starts[part]; i < _starts[part + 1]; i++)
                vector[i] = _centres[part][((i - _starts[part]) * Centres) + code[part]];
        }
    }

    /// <inheritdoc/>
    public override CodeScorer Prepare(ReadOnlySpan<float> query)
    {
        // A table a part: the inner product of the query's part with every centre.
        var table = new float[_centres.Length * Centres];
        Span<float> products = stackalloc float[Centres];
        for (var part = 0; part < _centres.Length; part++)
        {
            var sums = table.AsSpan(part * Centres, Centres);
            for (var i = _starts[part]; i < _starts[part + 1]; i++)
            {
                var row = _centres[part].AsSpan((i - _starts[part]) * Centres, Centres);
                TensorPrimitives.Multiply(row, query[i], products);
                TensorPrimitives.Add(sums, products, sums);
            }
        }

        return new Scorer(table);
    }

    internal override void Write(CodecWriter writer)
    {
        writer.Write(Dimensions);
        writer.Write(_centres.Length);
        foreach (var part in _centres)
            writer.Write(part.AsSpan());
    }

    internal static ProductQuantizer Read(CodecReader reader)
    {
        var dimensions = reader.ReadDimensions();
        var parts = reader.ReadInt32();
        CodecReader.Require(parts >= 1 && parts <= dimensions, $"1 to {dimensions} parts of a vector, got {parts}");
        var starts = Starts(dimensions, parts);
        var centres = new float[parts][];
        for (var part = 0; part < parts; part++)
            centres[part] = reader.ReadFloats((long)Centres * (starts[part + 1] - starts[part]));
        return new ProductQuantizer(dimensions, centres);
    }

    private static int[] Starts(int dimensions, int parts)
    {
        var starts = new int[parts + 1];
        for (var part = 0; part < parts; part++)
            starts[part + 1] = starts[part] + (dimensions / parts) + (part < dimensions % parts ? 1 : 0);
        return starts;
    }

    private static VectorBlock Part(VectorBlock sample, int start, int end)
    {
        var part = new VectorBlock(sample.Count, end - start);
        for (var i = 0; i < sample.Count; i++)
            sample[i].Span[start..end].CopyTo(part.Row(i));
        return part;
    }

    private sealed class Scorer(float[] table) : CodeScorer
    {
        public override float Dot(ReadOnlySpan<byte> code) => Bits.SumOf(table, code);
    }
}
