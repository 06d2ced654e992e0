using System.Security.Cryptography;
using PgEmbed.Codecs;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Codecs.Transforms;

namespace PgEmbed.Core.Tests.Codecs;

/// <summary>Codes are the same bits on every processor, because sums have one order and all else is elementwise.</summary>
public sealed class FixedOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(95)]
    [InlineData(256)]
    [InlineData(385)]
    public void A_vectorized_sum_has_the_bits_of_a_plain_one_in_the_documented_order(int dimensions)
    {
        var random = new Random(dimensions);
        for (var round = 0; round < 50; round++)
        {
            var (row, vector) = (Values(random, dimensions), Values(random, dimensions));
            var made = new float[1];
            new AffineTransform("row", dimensions, 1, null, row).Apply(vector, made);
            Assert.Equal(BitConverter.SingleToInt32Bits(Plain(row, vector)), BitConverter.SingleToInt32Bits(made[0]));
        }
    }

    /// <summary>
    /// Codes by parameters that are the same everywhere, against codes made where the processor's vector instructions were
    /// off (DOTNET_EnableHWIntrinsic=0).
    /// </summary>
    [Theory]
    [InlineData("f16")]
    [InlineData("fp8_e4m3:vector")]
    [InlineData("fp8_e5m2:dimension")]
    [InlineData("sq8")]
    [InlineData("sq4")]
    [InlineData("nq4")]
    [InlineData("bit")]
    [InlineData("mbit4")]
    [InlineData("rabitq")]
    [InlineData("pq:9")]
    public void Codes_have_the_bits_that_plain_instructions_make(string quantizer)
    {
        var vectors = new VectorBlock(300, 71);
        for (var i = 0; i < vectors.Count; i++)
            Uniform(71, (uint)i + 1).CopyTo(vectors.Row(i));
        var codec = CodecRecipe.Parse("hadamard " + quantizer).Fit(vectors, DistanceMetric.Cosine);
        // A dense matrix and a mean before it, of which every number is given.
        codec = new VectorCodec(
            DistanceMetric.L2, 71,
            [new AffineTransform("dense", 71, 71, Uniform(71, 900), Uniform(71 * 71, 901)), .. codec.Transforms],
            codec.Quantizer);
        var codes = new byte[vectors.Count * codec.CodeBytes];
        for (var i = 0; i < vectors.Count; i++)
            codec.Encode(vectors[i].Span, codes.AsSpan(i * codec.CodeBytes, codec.CodeBytes));
        var hash = Convert.ToHexStringLower(SHA256.HashData(codes))[..16];
        Assert.Equal(Golden[quantizer], hash);
    }

    private static readonly Dictionary<string, string> Golden = new()
    {
        ["nq4"] = "994b94c6817ce730",
        ["sq8"] = "893d27d04bf88d6c",
        ["pq:9"] = "000e455e4d8965c0",
        ["rabitq"] = "dc8aea60a827d907",
        ["fp8_e5m2:dimension"] = "fb4e813d13123192",
        ["f16"] = "cb81b043a9f208f1",
        ["mbit4"] = "ebffa2c14cb63479",
        ["sq4"] = "40066dbe7b16ee35",
        ["fp8_e4m3:vector"] = "897c2f03fdcb71f1",
        ["bit"] = "74786fdf8f09cd85",
    };

    // The order that FixedOrder documents, without vector instructions.
    private static float Plain(float[] a, float[] b)
    {
        var lanes = new float[32];
        for (var i = 0; i < a.Length; i++)
        {
            var product = a[i] * b[i];
            lanes[i % 32] += product;
        }

        var eight = new float[8];
        for (var j = 0; j < 8; j++)
        {
            var first = lanes[j] + lanes[j + 8];
            var second = lanes[j + 16] + lanes[j + 24];
            eight[j] = first + second;
        }

        var even = (eight[0] + eight[4]) + (eight[2] + eight[6]);
        var odd = (eight[1] + eight[5]) + (eight[3] + eight[7]);
        return even + odd;
    }

    private static float[] Values(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => CodecSamples.Gaussian(random) * MathF.Pow(10, random.Next(-6, 7)))];

    // Whole numbers over 2^15 by a linear congruence: exact on every machine.
    private static float[] Uniform(int count, uint seed)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            seed = (1664525 * seed) + 1013904223;
            values[i] = ((int)(seed >> 16) - 32768) / 32768f;
        }

        return values;
    }
}
