using System.Diagnostics;
using System.Numerics.Tensors;
using PgEmbed.Codecs;
using PgEmbed.Codecs.Quantizers;

namespace PgEmbed.Benchmarks;

/// <summary>How long scoring takes on one core against TensorPrimitives.Dot of the full vectors, in cache and out of it.</summary>
internal static class CodecRates
{
    // What fits the second level of a processor's cache, and what is far from fitting any, in float32.
    private const int CachedBytes = 256 * 1024;
    private const long MostBytes = 1_600_000_000;

    /// <summary>Measures; gives a row for each codec.</summary>
    public static List<IReadOnlyDictionary<string, object>> Add(List<BenchTarget> targets, VectorBlock vectors, bool quick)
    {
        var d = vectors.Dimensions;
        var cached = CachedBytes / (d * sizeof(float));
        var many = (int)Math.Min(quick ? 200_000 : 1_000_000, (quick ? MostBytes / 4 : MostBytes) / (d * sizeof(float)));
        var codecs = ((string[])["f16", "sq8", "fp8_e4m3", "sq4", "hadamard nq4", "hadamard mbit4", "centre hadamard rabitq"])
            .Select(recipe => (Recipe: recipe, Codec: CodecRecipe.Parse(recipe).Fit(vectors, DistanceMetric.Cosine))).ToList();
        var rows = codecs.ConvertAll(c => new Dictionary<string, object>
        {
            ["dimensions"] = d, ["codec"] = c.Recipe, ["bytes"] = c.Codec.CodeBytes,
            ["encoded_per_s"] = Math.Round(EncodedPerSecond(c.Codec, vectors)),
        });
        // One sign a dimension, and as many as an index needs.
        var signs = ((string[])["centre hadamard bit", $"hadamard:{Math.Max(1_024, 4 * d / 3)} bit"])
            .Select(recipe => (Recipe: recipe, Codec: CodecRecipe.Parse(recipe).Fit(vectors, DistanceMetric.Cosine))).ToList();
        rows.AddRange(signs.Select(c => new Dictionary<string, object>
        {
            ["dimensions"] = d, ["codec"] = $"{c.Recipe}, Hamming", ["bytes"] = c.Codec.CodeBytes,
            ["encoded_per_s"] = Math.Round(EncodedPerSecond(c.Codec, vectors)),
        }));
        foreach (var count in (int[])[cached, many])
        {
            var inCache = count == cached;
            var place = inCache ? "in cache" : $"{count} vectors";
            var column = inCache ? "ns_in_cache" : "ns_out_of_cache";
            var full = Repeat(vectors, count);
            var query = vectors[0].ToArray();
            var products = new float[count];
            var dot = Nanoseconds(count, () =>
            {
                for (var i = 0; i < count; i++)
                    products[i] = TensorPrimitives.Dot(full.AsSpan(i * d, d), query);
            });
            foreach (var (i, (recipe, codec)) in codecs.Index())
            {
                var codes = Encode(codec, full, count);
                var prepared = codec.Prepare(query);
                var time = Nanoseconds(count, () => prepared.Distances(codes, products));
                rows[i][column] = Math.Round(time, 1);
                if (recipe is "sq8" or "fp8_e4m3")
                    targets.Add(BenchTarget.AtMost(
                        $"{d} dimensions, {place}: time of scoring {recipe} to TensorPrimitives.Dot ({dot:0.0} ns)",
                        Math.Round(time / dot, 3), "times", inCache ? 2.5 : 1));
            }

            foreach (var (i, (recipe, codec)) in signs.Index())
            {
                var codes = Encode(codec, full, count);
                var time = HammingNanoseconds(codes, codec.CodeBytes, count);
                rows[codecs.Count + i][column] = Math.Round(time, 1);
                if (i == 0)
                    targets.Add(new BenchTarget(
                        $"{d} dimensions, {place}: speed of comparing bits to TensorPrimitives.Dot",
                        Math.Round(dot / time, 2), "times", 4));
            }
        }

        return [.. rows];
    }

    /// <summary>Vectors that one core codes in a second.</summary>
    public static double EncodedPerSecond(VectorCodec codec, VectorBlock vectors)
    {
        var count = Math.Min(FaissPeer.Encoded, vectors.Count);
        var codes = new byte[count * codec.CodeBytes];
        return 1e9 / Nanoseconds(count, () =>
        {
            for (var i = 0; i < count; i++)
                codec.Encode(vectors[i].Span, codes.AsSpan(i * codec.CodeBytes, codec.CodeBytes));
        });
    }

    private static double HammingNanoseconds(byte[] codes, int length, int count)
    {
        var own = codes[..length];
        var sum = 0L;
        var time = Nanoseconds(count, () =>
        {
            for (var i = 0; i < count; i++)
                sum += BitQuantizer.Hamming(own, codes.AsSpan(i * length, length));
        });
        GC.KeepAlive(sum);
        return time;
    }

    private static float[] Repeat(VectorBlock vectors, int count)
    {
        var d = vectors.Dimensions;
        var repeated = new float[(long)count * d];
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
        // Until the compiler has optimized it, which begins a tenth of a second after the first calls.
        for (var warming = Stopwatch.StartNew(); warming.ElapsedMilliseconds < 500;)
            action();
        var best = double.PositiveInfinity;
        for (var round = 0; round < 7; round++)
        {
            var rounds = Math.Max(1, 100_000 / count);
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < rounds; i++)
                action();
            best = Math.Min(best, watch.Elapsed.TotalNanoseconds / rounds / count);
        }

        return best;
    }
}
