using PgEmbed.Onnx.Embedding;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Embedding;

public class PoolerTests
{
    public static TheoryData<PoolingMode, int, int, int> Cases
    {
        get
        {
            PoolingMode[] modes =
            [
                PoolingMode.Cls, PoolingMode.Max, PoolingMode.Mean, PoolingMode.MeanSqrtLen, PoolingMode.WeightedMean,
                PoolingMode.LastToken, PoolingMode.Cls | PoolingMode.Mean, (PoolingMode)63,
            ];
            var cases = new TheoryData<PoolingMode, int, int, int>();
            foreach (var mode in modes)
            {
                cases.Add(mode, 1, 3, 0);
                cases.Add(mode, 7, 1, 2);
                cases.Add(mode, 128, 65, 5);
                cases.Add(mode, 2, 3, 2);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pooled_vector_is_what_the_plain_formula_gives(
        PoolingMode modes, int tokens, int dimensions, int skipped)
    {
        var random = new Random(tokens);
        var values = Enumerable.Range(0, tokens * dimensions).Select(_ => (random.NextSingle() * 2) - 1).ToArray();
        var expected = Enum.GetValues<PoolingMode>().Where(m => m != PoolingMode.None && modes.HasFlag(m))
            .SelectMany(mode => Enumerable.Range(0, dimensions)
                .Select(d => Plain(mode, values, tokens, dimensions, d, skipped)))
            .ToArray();
        var pooled = Enumerable.Repeat(float.NaN, expected.Length).ToArray();
        Pooler.Pool(values, skipped, modes, pooled, dimensions);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], pooled[i], 1e-5);
    }

    private static double Plain(PoolingMode mode, float[] values, int tokens, int dimensions, int d, int skipped)
    {
        var column = Enumerable.Range(0, tokens)
            .Select(t => (Place: t + 1, Value: (double)values[(t * dimensions) + d])).Skip(skipped).ToList();
        if (column.Count == 0)
            return 0;
        return mode switch
        {
            PoolingMode.Cls => column[0].Value,
            PoolingMode.LastToken => column[^1].Value,
            PoolingMode.Max => column.Max(c => c.Value),
            PoolingMode.Mean => column.Average(c => c.Value),
            PoolingMode.MeanSqrtLen => column.Sum(c => c.Value) / Math.Sqrt(column.Count),
            PoolingMode.WeightedMean => column.Sum(c => c.Place * c.Value) / column.Sum(c => c.Place),
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };
    }
}
