using PgEmbed.Codecs;
using PgEmbed.Codecs.Quantizers;

namespace PgEmbed.Benchmarks;

/// <summary>
/// What bits in the index find: both sides are bits, as pgvector's Hamming distance has it, and the C nearest are ranked by
/// 8-bit codes. Candidates are exact, so that it is the bits' own doing.
/// </summary>
/// <param name="Model">The model that made the vectors.</param>
/// <param name="Recipe">The codec of the bits.</param>
/// <param name="Bits">How many bits.</param>
/// <param name="Recalls">Of the ten nearest, the share that is found; by C.</param>
internal sealed record CodecBits(string Model, string Recipe, int Bits, IReadOnlyDictionary<int, double> Recalls)
{
    private const int MaxQueries = 1_000;

    private static readonly int[] Candidates = [40, 100, 200];

    public IReadOnlyDictionary<string, object> Row
    {
        get
        {
            var row = new Dictionary<string, object> { ["model"] = Model, ["index"] = Recipe, ["bits"] = Bits };
            foreach (var count in Candidates)
                row[$"recall@10_of_{count}_by_sq8"] = RecallOf(count);
            return row;
        }
    }

    public double RecallOf(int candidates) => Math.Round(Recalls[candidates], 4);

    public static CodecBits Of(string recipe, VectorBlock sample, CodecBenchData data)
    {
        var bits = CodecRecipe.Parse(recipe).Fit(sample, DistanceMetric.Cosine);
        var ranking = CodecRecipe.Parse("sq8").Fit(sample, DistanceMetric.Cosine);
        var (signs, codes) = (Encode(bits, data.Documents), Encode(ranking, data.Documents));
        var queries = Encode(bits, data.Queries);
        var step = Math.Max(1, data.Queries.Count / MaxQueries);
        var asked = Enumerable.Range(0, data.Queries.Count / step).Select(i => i * step).ToArray();
        var found = new int[asked.Length][];
        Parallel.For(0, asked.Length, i =>
        {
            var q = asked[i];
            var query = queries.AsSpan(q * bits.CodeBytes, bits.CodeBytes);
            var differing = new int[data.Documents.Count];
            for (var place = 0; place < differing.Length; place++)
                differing[place] = BitQuantizer.Hamming(query, signs.AsSpan(place * bits.CodeBytes, bits.CodeBytes));
            var near = Enumerable.Range(0, differing.Length).ToArray();
            Array.Sort(differing, near);
            var prepared = ranking.Prepare(data.Queries[q].Span);
            float Distance(int place) =>
                prepared.Distance(codes.AsSpan(place * ranking.CodeBytes, ranking.CodeBytes));
            found[i] = [.. Candidates.Select(count => near.Take(count)
                .OrderBy(Distance).ThenBy(place => place).Take(10).Intersect(data.Nearest[q]).Count())];
        });
        return new CodecBits(
            data.Model,
            recipe,
            8 * bits.CodeBytes,
            Candidates.Index().ToDictionary(c => c.Item, c => found.Average(counts => counts[c.Index] / 10.0)));
    }

    private static byte[] Encode(VectorCodec codec, VectorBlock vectors)
    {
        var codes = new byte[vectors.Count * codec.CodeBytes];
        Parallel.For(0, vectors.Count, i =>
            codec.Encode(vectors[i].Span, codes.AsSpan(i * codec.CodeBytes, codec.CodeBytes)));
        return codes;
    }
}
