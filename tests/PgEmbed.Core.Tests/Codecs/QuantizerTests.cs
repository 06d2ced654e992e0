using FsCheck;
using FsCheck.Fluent;
using PgEmbed.Codecs.Quantizers;

namespace PgEmbed.Core.Tests.Codecs;

/// <summary>Quantizers against plain second computations, and the errors that they may make.</summary>
public sealed class QuantizerTests
{
    [Theory]
    [InlineData(4, 3, 7, 448f)]
    [InlineData(5, 2, 15, 57344f)]
    public void An_8_bit_float_is_the_nearest_that_there_is(int exponentBits, int mantissaBits, int bias, float largest)
    {
        // Every non-negative value, from the definition of the format.
        var all = new List<double>();
        for (var exponent = 0; exponent < 1 << exponentBits; exponent++)
        {
            for (var mantissa = 0; mantissa < 1 << mantissaBits; mantissa++)
            {
                var part = mantissa / (double)(1 << mantissaBits);
                all.Add(exponent == 0
                    ? part * Math.Pow(2, 1 - bias)
                    : (1 + part) * Math.Pow(2, exponent - bias));
            }
        }

        all.RemoveAll(value => value > largest);
        // A sample that makes the scale 1, so that codes are of the values as they are.
        var sample = new VectorBlock(1, 32);
        sample.Row(0).Fill(largest / 4);
        var quantizer = mantissaBits == 3 ? Float8Quantizer.FitE4M3(sample) : Float8Quantizer.FitE5M2(sample);
        var random = new System.Random(5);
        var (values, code, decoded) = (new float[32], new byte[32], new float[32]);
        for (var round = 0; round < 300; round++)
        {
            for (var i = 0; i < values.Length; i++)
            {
                var size = MathF.Pow(2, (random.NextSingle() * 40) - 22);
                values[i] = (random.Next(2) == 0 ? 1 : -1) * (random.Next(8) == 0
                    ? (float)all[random.Next(all.Count)]
                    : size);
                // The middle between two values is where rounding shows.
                if (random.Next(8) == 0)
                {
                    var at = random.Next(all.Count - 1);
                    values[i] = (float)((all[at] + all[at + 1]) / 2);
                }
            }

            quantizer.Encode(values, code);
            quantizer.Decode(code, decoded);
            for (var i = 0; i < values.Length; i++)
            {
                var least = all.Min(value => Math.Abs(Math.Abs(values[i]) - value));
                Assert.Equal(least, Math.Abs((double)values[i] - decoded[i]));
            }
        }

        Array.Fill(values, float.MaxValue);
        values[1] = -float.MaxValue;
        quantizer.Encode(values, code);
        quantizer.Decode(code, decoded);
        Assert.Equal([largest, -largest], decoded[..2]);
    }

    [Fact]
    public void A_scalar_code_is_off_by_half_a_step_at_most_within_its_range() => Check(
        values =>
        {
            foreach (var (quantizer, step) in new[] { (ScalarQuantizer.Fixed8(values.Length), 2 / 255f), (ScalarQuantizer.Fixed4(values.Length), 2 / 15f) })
            {
                var decoded = Through(quantizer, values);
                for (var i = 0; i < values.Length; i++)
                {
                    var inside = Math.Clamp(values[i], -1, 1);
                    if (Math.Abs(inside - decoded[i]) > (step / 2) + 1e-6f)
                        return false;
                }
            }

            return true;
        });

    [Fact]
    public void A_code_of_a_decoded_vector_is_the_code() => Check(
        values =>
        {
            var sample = Block(values);
            foreach (var quantizer in (VectorQuantizer[])[
                new Float32Quantizer(values.Length), new Float16Quantizer(values.Length),
                ScalarQuantizer.Fit8(sample), ScalarQuantizer.Fit4(sample, ScalarCalibration.Global),
                Float8Quantizer.FitE4M3(sample), Float8Quantizer.FitE5M2(sample, Float8Scale.PerDimension),
                ProductQuantizer.Fit(sample, 1, starts: 1), BitQuantizer.Fit(sample)])
            {
                var first = Through(quantizer, values);
                if (!first.AsSpan().SequenceEqual(Through(quantizer, first)))
                    return false;
            }

            return true;
        });

    [Fact]
    public void More_planes_come_nearer() => Check(
        values =>
        {
            var size = values.Max(Math.Abs);
            if (values.Length < 16 || size < 1e-3f)
                return true;
            var errors = Enumerable.Range(2, 3)
                .Select(planes => Error(values, Through(new MultiBitQuantizer(values.Length, planes), values)))
                .ToList();
            // The levels are spread for a normal distribution; of another one a plane more may lose a little.
            return errors[2] <= errors[0] * 1.05;
        },
        normal: true);

    [Fact]
    public void Nearness_of_multi_bit_codes_is_the_inner_product_of_what_they_stand_for()
    {
        var random = new System.Random(4);
        var quantizer = new MultiBitQuantizer(75, 3);
        for (var i = 0; i < 50; i++)
        {
            var codes = new byte[2][];
            var decoded = new float[2][];
            for (var j = 0; j < 2; j++)
            {
                (codes[j], decoded[j]) = (new byte[quantizer.CodeBytes], new float[75]);
                quantizer.Encode(Normal(random, 75), codes[j]);
                quantizer.Decode(codes[j], decoded[j]);
            }

            Assert.Equal(CodecSamples.Dot(decoded[0], decoded[1]), quantizer.Similarity(codes[0], codes[1]), 1e-3);
        }
    }

    [Fact]
    public void Signs_are_as_the_bits_of_PostgreSQL()
    {
        var quantizer = BitQuantizer.Fit(Block([1, -1]));
        var code = new byte[1];
        quantizer.Encode([0.5f, -0.5f], code);
        Assert.Equal(0b1000_0000, code[0]);
        Assert.Equal(5, BitQuantizer.Hamming([0xFF, 0, 0, 0, 0, 0, 0, 0, 1], [0xF0, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void A_product_code_names_the_nearest_centres()
    {
        var sample = CodecSamples.Make(400, 10);
        var quantizer = ProductQuantizer.Fit(sample, 3, starts: 1);
        // What each byte of a part stands for, from decoding it.
        var centres = new float[256][];
        for (var i = 0; i < 256; i++)
            quantizer.Decode([(byte)i, (byte)i, (byte)i], centres[i] = new float[10]);
        var code = new byte[3];
        for (var n = 0; n < 100; n++)
        {
            quantizer.Encode(sample[n].Span, code);
            foreach (var (part, range) in ((int, Range)[])[(0, ..4), (1, 4..7), (2, 7..10)])
            {
                var vector = sample[n].ToArray()[range];
                Assert.Equal(
                    centres.Min(centre => Error(vector, centre[range])), Error(vector, centres[code[part]][range]), 1e-6);
            }
        }
    }

    [Fact]
    public void Fewer_different_vectors_than_centres_are_kept_exactly()
    {
        // 200 of one vector and 40 others: cells that the many leave empty are given to the others.
        var sample = CodecSamples.Make(240, 6);
        for (var i = 1; i < 200; i++)
            sample[0].Span.CopyTo(sample.Row(i));
        var quantizer = ProductQuantizer.Fit(sample, 1);
        for (var i = 0; i < sample.Count; i++)
            Assert.Equal(0, Error(sample[i].ToArray(), Through(quantizer, sample[i].ToArray())), 1e-10);
    }

    private static void Check(Func<float[], bool> holds, bool normal = false)
    {
        var vectors = from length in Gen.Choose(1, 70)
                      from seed in Gen.Choose(0, int.MaxValue)
                      from size in Gen.Elements(0f, 0.01f, 0.3f, 1f, 40f)
                      select Make(length, seed, size, normal);
        Prop.ForAll(vectors.ToArbitrary(), holds).QuickCheckThrowOnFailure();
    }

    private static float[] Make(int length, int seed, float size, bool normal)
    {
        var random = new System.Random(seed);
        return normal
            ? [.. Normal(random, length).Select(value => value * size)]
            : [.. Enumerable.Range(0, length).Select(_ => size * ((2 * random.NextSingle()) - 1))];
    }

    private static float[] Normal(System.Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => CodecSamples.Gaussian(random))];

    private static VectorBlock Block(float[] values)
    {
        var block = new VectorBlock(1, values.Length);
        values.CopyTo(block.Row(0));
        return block;
    }

    private static float[] Through(VectorQuantizer quantizer, float[] values)
    {
        var code = new byte[quantizer.CodeBytes];
        var decoded = new float[values.Length];
        quantizer.Encode(values, code);
        quantizer.Decode(code, decoded);
        return decoded;
    }

    private static double Error(float[] values, float[] decoded) =>
        values.Zip(decoded, (a, b) => ((double)a - b) * ((double)a - b)).Sum();
}
