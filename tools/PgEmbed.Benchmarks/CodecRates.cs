using System.Diagnostics;
using System.Numerics.Tensors;
using PgEmbed.Codecs;
using PgEmbed.Codecs.Quantizers;

namespace PgEmbed.Benchmarks;

/// <summary>How long scoring takes on one core against TensorPrimitives.Dot of the full vectors, in cache and out of it.</summary>
internal static class CodecRates
{
    public static void Add(List<BenchTarget> targets, VectorBlock vectors, bool quick)
    {
        foreach (var (place, count) in ((string, int)[])[("in cache", 256), ("1 million", quick ? 250_000 : 1_000_000)])
        {
            var name = count is 256 or 1_000_000 ? place : $"{count} vectors";
            var inCache = count == 256;
            var full = Repeat(vectors, count);
            var d = vectors.Dimensions;
            var query = vectors[0].ToArray();
            var products = new float[count];
            var dot = Nanoseconds(count, () =>
            {
                for (var i = 0; i < count; i++)
                    products[i] = TensorPrimitives.Dot(full.AsSpan(i * d, d), query);
            });
            foreach (var recipe in (string[])["sq8", "fp8_e4m3"])
            {
                var codec = CodecRecipe.Parse(recipe).Fit(vectors, DistanceMetric.Cosine);
                var codes = Encode(codec, full, count);
                var prepared = codec.Prepare(query);
                var time = Nanoseconds(count, () => prepared.Distances(codes, products));
                targets.Add(BenchTarget.AtMost(
                    $"{d} dimensions, {name}: time of scoring {recipe} to TensorPrimitives.Dot ({dot:0.0} ns)",
                    Math.Round(time / dot, 3), "times", inCache ? 2.5 : 1));
            }

            var bit = CodecRecipe.Parse("centre hadamard bit").Fit(vectors, DistanceMetric.Cosine);
            var signs = Encode(bit, full, count);
            var own = signs[..bit.CodeBytes];
            var sum = 0L;
            var bits = Nanoseconds(count, () =>
            {
                for (var i = 0; i < count; i++)
                    sum += BitQuantizer.Hamming(own, signs.AsSpan(i * own.Length, own.Length));
            });
            GC.KeepAlive(sum);
            targets.Add(new BenchTarget(
                $"{d} dimensions, {name}: speed of comparing bits to TensorPrimitives.Dot", Math.Round(dot / bits, 2), "times", 4));
        }
    }

    private static float[] Repeat(VectorBlock vectors, int count)
    {
        var d = vectors.Dimensions;
        var repeated = new float[count * d];
        for (var i = 0; i < count; i++)
            vectors[i % vectors.Count].Span.CopyTo(repeated.AsSpan(i * d));
        return repeated;
    }

    private static byte[] Encode(VectorCodec codec, float[] vectors, int count)
    {
        var codes = new byte[count * codec.CodeBytes];
        Parallel.For(0, count, i => codec.Encode(
            vectors.AsSpan(i * codec.Dimensions, codec.Dimensions), codes.AsSpan(i * codec.CodeBytes, codec.CodeBytes)));
        return codes;
    }

    // The quickest of some rounds, so that a slower moment of the machine tells nothing.
    private static double Nanoseconds(int count, Action action)
    {
        action();
        var best = double.PositiveInfinity;
        for (var round = 0; round < 7; round++)
        {
            var rounds = Math.Max(1, 200_000 / count);
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < rounds; i++)
                action();
            best = Math.Min(best, watch.Elapsed.TotalNanoseconds / rounds / count);
        }

        return best;
    }
}
