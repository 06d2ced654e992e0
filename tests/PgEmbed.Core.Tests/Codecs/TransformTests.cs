using PgEmbed.Codecs.Fitting;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Codecs.Transforms;

namespace PgEmbed.Core.Tests.Codecs;

/// <summary>Transforms against plain second computations.</summary>
public sealed class TransformTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(384)]
    public void A_rotation_keeps_inner_products_and_goes_back(int dimensions)
    {
        var random = new Random(dimensions);
        foreach (var rotation in (VectorTransform[])[new HadamardRotation(dimensions, 3), LinearFit.Rotation(dimensions, 3)])
        {
            var (a, b) = (Vector(random, dimensions), Vector(random, dimensions));
            var (ra, rb, back) = (new float[dimensions], new float[dimensions], new float[dimensions]);
            rotation.Apply(a, ra);
            rotation.Apply(b, rb);
            rotation.Invert(ra, back);
            Assert.Equal(CodecSamples.Dot(a, b), CodecSamples.Dot(ra, rb), 1e-3);
            Near(a, back, 1e-4);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(20, 60)]
    [InlineData(256, 1024)]
    public void A_frame_of_whole_rotations_keeps_inner_products_and_goes_back(int inputs, int outputs)
    {
        var random = new Random(inputs);
        var frame = new HadamardFrame(inputs, outputs, 3);
        var (a, b) = (Vector(random, inputs), Vector(random, inputs));
        var (fa, fb, back) = (new float[outputs], new float[outputs], new float[inputs]);
        frame.Apply(a, fa);
        frame.Apply(b, fb);
        frame.Invert(fa, back);
        Assert.Equal(CodecSamples.Dot(a, b), CodecSamples.Dot(fa, fb), 1e-3);
        Near(a, back, 1e-4);
    }

    [Fact]
    public void Signs_of_a_frame_differ_in_the_share_that_the_angle_has_of_a_half_turn()
    {
        const int inputs = 48;
        const int outputs = 1_000;
        var random = new Random(6);
        for (var round = 0; round < 20; round++)
        {
            var frame = new HadamardFrame(inputs, outputs, (ulong)round);
            var (a, b) = (Vector(random, inputs), Vector(random, inputs));
            for (var i = 0; i < inputs; i++)
                b[i] += a[i] * round / 5f;
            var (fa, fb) = (new float[outputs], new float[outputs]);
            frame.Apply(a, fa);
            frame.Apply(b, fb);
            var cosine = CodecSamples.Dot(a, b) / Math.Sqrt(CodecSamples.Dot(a, a) * CodecSamples.Dot(b, b));
            var differing = fa.Zip(fb).Count(pair => pair.First > 0 != pair.Second > 0);
            // Four standard deviations of as many independent signs.
            Assert.Equal(Math.Acos(cosine) / Math.PI, differing / (double)outputs, 4 * Math.Sqrt(0.25 / outputs));
        }
    }

    [Fact]
    public void A_Hadamard_rotation_spreads_one_value_over_all()
    {
        var rotated = new float[256];
        var one = new float[256];
        one[17] = 1;
        new HadamardRotation(256, 1).Apply(one, rotated);
        Assert.All(rotated, value => Assert.True(Math.Abs(value) < 0.35, $"{value}"));
    }

    [Fact]
    public void Principal_components_are_uncorrelated_and_keep_most_of_the_variance()
    {
        var sample = CodecSamples.Make(500, 12);
        var pca = LinearFit.Pca(sample, 5, centred: true);
        var made = Apply(pca, sample);
        var variances = new double[5];
        for (var i = 0; i < 5; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var covariance = Enumerable.Range(0, 500).Average(n => (double)made[n][i] * made[n][j]);
                if (i == j)
                    variances[i] = covariance;
                else
                    Assert.Equal(0, covariance, 1e-6);
            }
        }

        Assert.Equal(variances.OrderDescending(), variances);
        // No other five directions have more: not the first five, not random ones.
        var mean = Enumerable.Range(0, 12).Select(j => Enumerable.Range(0, 500).Average(n => (double)sample[n].Span[j])).ToArray();
        foreach (var other in Enumerable.Range(1, 20).Select(seed => LinearFit.Rotation(12, (ulong)seed)))
        {
            var turned = Apply(other, sample);
            var about = new float[12];
            other.Apply([.. mean.Select(value => (float)value)], about);
            var kept = Enumerable.Range(0, 5)
                .Sum(i => Enumerable.Range(0, 500).Average(n => Math.Pow(turned[n][i] - about[i], 2)));
            Assert.True(kept <= variances.Sum() + 1e-6, $"{kept} > {variances.Sum()}");
        }
    }

    [Fact]
    public void Whitened_values_have_a_variance_of_1()
    {
        var sample = CodecSamples.Make(500, 12);
        var made = Apply(LinearFit.Whitening(sample, 8), sample);
        for (var i = 0; i < 8; i++)
            Assert.Equal(1, Enumerable.Range(0, 500).Average(n => (double)made[n][i] * made[n][i]), 1e-3);
    }

    [Fact]
    public void Projections_keep_inner_products_on_average()
    {
        var random = new Random(9);
        var (a, b) = (Vector(random, 64), Vector(random, 64));
        foreach (var make in (Func<ulong, VectorTransform>[])[
            seed => LinearFit.GaussianProjection(64, 48, seed), seed => new SparseProjection(64, 48, seed)])
        {
            var products = Enumerable.Range(1, 400).Select(seed =>
            {
                var (pa, pb) = (new float[48], new float[48]);
                var projection = make((ulong)seed);
                projection.Apply(a, pa);
                projection.Apply(b, pb);
                return CodecSamples.Dot(pa, pb);
            }).ToList();
            var mean = products.Average();
            // Within four standard errors of the true one.
            var error = Math.Sqrt(products.Average(p => (p - mean) * (p - mean)) / products.Count);
            Assert.Equal(CodecSamples.Dot(a, b), mean, 4 * error);
        }
    }

    [Fact]
    public void A_learned_rotation_leaves_a_product_quantizer_less_error()
    {
        var sample = CodecSamples.Make(600, 16);
        var plain = ProductQuantizer.Fit(sample, 2, starts: 1);
        var (rotation, quantizer) = OptimizedProduct.Fit(sample, 2, rounds: 2);
        double Error(VectorTransform? transform, ProductQuantizer q) => Enumerable.Range(0, sample.Count).Sum(n =>
        {
            var (turned, decoded, code) = (sample[n].ToArray(), new float[16], new byte[2]);
            transform?.Apply(sample[n].Span, turned);
            q.Encode(turned, code);
            q.Decode(code, decoded);
            return turned.Zip(decoded, (x, y) => ((double)x - y) * ((double)x - y)).Sum();
        });
        Assert.True(Error(rotation, quantizer) < 0.95 * Error(null, plain));
    }

    [Fact]
    public void A_quarter_is_the_first_quarter()
    {
        var kept = new float[3];
        Truncation.FirstQuarter(12).Apply([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], kept);
        Assert.Equal([1f, 2f, 3f], kept);
    }

    private static float[][] Apply(VectorTransform transform, VectorBlock sample) =>
    [
        .. Enumerable.Range(0, sample.Count).Select(n =>
        {
            var made = new float[transform.OutputDimensions];
            transform.Apply(sample[n].Span, made);
            return made;
        }),
    ];

    private static float[] Vector(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => CodecSamples.Gaussian(random))];

    private static void Near(float[] expected, float[] actual, double tolerance)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}
