using PgEmbed.Codecs;
using PgEmbed.Postgres.Codecs;

namespace PgEmbed.Postgres.Tests.Codecs;

public sealed class CodecMeterTests
{
    private const int Dimensions = 24;

    [Theory]
    [InlineData(DistanceMetric.Cosine, "truncate:6 f16 / sq4")]
    [InlineData(DistanceMetric.Cosine, "centre hadamard bit / fp8_e4m3")]
    [InlineData(DistanceMetric.Cosine, "f16")]
    [InlineData(DistanceMetric.L2, "truncate:6 f32 / sq4")]
    [InlineData(DistanceMetric.InnerProduct, "truncate:6 f16 / sq4")]
    public void Recall_and_nDCG_are_those_of_a_plain_computation(DistanceMetric metric, string recipe)
    {
        var (rows, queries) = (Vectors(500, 1), Vectors(12, 2));
        // Row i is of document i / 2: two chunks each. Those nearest to a query are relevant to it, and some that are not.
        var documents = Enumerable.Range(0, rows.Count).Select(i => $"{i / 2}").ToList();
        var grades = Enumerable.Range(0, queries.Count).Select(q => (IReadOnlyDictionary<string, int>)Ranked(
                rows, place => Distance(metric, queries[q].Span, rows[place].Span))
            .Take(8).Where(place => place % 3 > 0).Select(place => documents[place]).Append($"{q}").Append("absent").Distinct()
            .ToDictionary(id => id, id => 1 + (id.Length % 2))).ToList();
        var sample = new CodecSample(rows, queries, rows.Count, "") with { Documents = documents, Grades = grades };
        var meter = new CodecMeter(sample, metric, CancellationToken.None);
        var codec = StoreRecipe.Parse(recipe).Fit(rows, metric);
        var indexed = codec.Indexed ?? new IndexedForm(CodecRecipe.Parse(recipe).Fit(rows, metric));

        var found = meter.Qualities(indexed, codec.Rescoring, CancellationToken.None);

        Assert.Equal([40, 100, 200], found.Select(quality => quality.Candidates));
        var full = Enumerable.Range(0, queries.Count).Average(q => Ndcg(
            Ranked(rows, place => Distance(metric, queries[q].Span, rows[place].Span)), documents, grades[q]));
        Assert.Equal(full, meter.FullNdcg!.Value, 9);
        foreach (var quality in found)
        {
            var (recalls, ndcgs) = (new List<double>(), new List<double>());
            for (var q = 0; q < queries.Count; q++)
            {
                var query = queries[q].ToArray();
                var candidates = Ranked(rows, place => Indexed(indexed, metric, query, rows[place].ToArray()))
                    .Take(quality.Candidates).ToList();
                var ranked = codec.Rescoring is not { } rescoring
                    ? candidates
                    : [.. candidates.OrderBy(place => Rescored(rescoring, query, rows[place].ToArray())).ThenBy(p => p)];
                var exact = Ranked(rows, place => Distance(metric, query, rows[place].Span)).Take(10);
                recalls.Add(exact.Intersect(ranked.Take(10)).Count() / 10.0);
                ndcgs.Add(Ndcg(ranked, documents, grades[q]));
            }

            Assert.Equal(recalls.Average(), quality.Recall, 9);
            Assert.Equal(ndcgs.Average(), quality.Ndcg!.Value, 9);
            Assert.Equal(100 * (full - ndcgs.Average()) / full, quality.LossPercent, 6);
            Assert.InRange(quality.LossPercent, quality.LossInterval.Low - 1e-9, quality.LossInterval.High + 1e-9);
        }

        // It is not all of one kind: the codecs do lose something here, but for float16.
        Assert.True(recipe == "f16" || found[0].Recall < 1);
    }

    private static float Rescored(VectorCodec codec, float[] query, float[] row)
    {
        var code = new byte[codec.CodeBytes];
        codec.Encode(row, code);
        return codec.Prepare(query).Distance(code);
    }

    private static double Indexed(IndexedForm form, DistanceMetric metric, float[] query, float[] row)
    {
        var (x, y) = (new byte[form.Bytes], new byte[form.Bytes]);
        form.Encode(query, x);
        form.Encode(row, y);
        return form.IsBits
            ? Enumerable.Range(0, form.Dimensions).Count(i => ((x[i / 8] ^ y[i / 8]) >> (7 - (i % 8)) & 1) == 1)
            : Distance(metric, Values(x), Values(y));

        float[] Values(byte[] bytes) => [.. Enumerable.Range(0, form.Dimensions).Select(i => form.IsHalf
            ? (float)BitConverter.ToHalf(bytes, 2 * i)
            : BitConverter.ToSingle(bytes, 4 * i))];
    }

    private static List<int> Ranked(VectorBlock rows, Func<int, double> distance) =>
        [.. Enumerable.Range(0, rows.Count).OrderBy(distance).ThenBy(place => place)];

    private static double Ndcg(List<int> ranked, List<string> documents, IReadOnlyDictionary<string, int> grades)
    {
        var gains = ranked.Select(place => documents[place]).Distinct().Take(10)
            .Select((id, i) => grades.GetValueOrDefault(id) / Math.Log2(i + 2)).Sum();
        return gains / grades.Values.OrderDescending().Take(10).Select((grade, i) => grade / Math.Log2(i + 2)).Sum();
    }

    private static double Distance(DistanceMetric metric, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var (product, a, b, squares) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            product += (double)x[i] * y[i];
            a += (double)x[i] * x[i];
            b += (double)y[i] * y[i];
            squares += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
        }

        return metric switch
        {
            DistanceMetric.L2 => Math.Sqrt(squares),
            DistanceMetric.InnerProduct => -product,
            _ => 1 - (product / Math.Sqrt(a * b)),
        };
    }

    private static VectorBlock Vectors(int count, int seed)
    {
        var random = new Random(seed);
        var block = new VectorBlock(count, Dimensions);
        for (var i = 0; i < count; i++)
        {
            foreach (ref var value in block.Row(i))
                value = random.NextSingle() - 0.4f;
        }

        return block;
    }
}
