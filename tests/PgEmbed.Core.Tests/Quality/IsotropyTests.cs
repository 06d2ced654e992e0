using PgEmbed.Quality;

namespace PgEmbed.Core.Tests.Quality;

public sealed class IsotropyTests
{
    [Fact]
    public void The_participation_ratio_is_that_of_the_deviations_that_vectors_were_drawn_with()
    {
        foreach (double[] deviations in (double[][])
            [[1, 1, 1, 1, 1, 1, 1, 1], [4, 2, 1, 0.5, 0.25, 0.1, 0.1, 0.1], [3, 0, 0, 0, 0, 0, 0, 0]])
        {
            // (Σλ)² / Σλ², of the eigenvalues that the sample is drawn with.
            var expected = Math.Pow(deviations.Sum(s => s * s), 2) / deviations.Sum(s => Math.Pow(s, 4));

            var found = Isotropy.Of(Drawn(1_500, deviations, mean: 5), DistanceMetric.L2);

            Assert.InRange(found.EffectiveDimensions, 0.93 * expected, 1.07 * expected);
            Assert.Equal(found.EffectiveDimensions / deviations.Length, found.Share, 12);
        }
    }

    [Fact]
    public void The_mean_cosine_is_that_of_all_pairs()
    {
        var vectors = Drawn(40, [1, 1, 2, 0.5], mean: 0.7);
        var sum = 0.0;
        for (var i = 0; i < 40; i++)
        {
            for (var j = 0; j < i; j++)
                sum += Cosine(vectors[i].Span, vectors[j].Span);
        }

        Assert.Equal(sum / (40 * 39 / 2), Isotropy.Of(vectors, DistanceMetric.Cosine).MeanCosine, 5);
    }

    [Fact]
    public void Vectors_that_are_all_the_same_have_no_dimensions_to_tell()
    {
        var same = new VectorBlock(5, 3);
        for (var i = 0; i < 5; i++)
            same.Row(i).Fill(2);

        var found = Isotropy.Of(same, DistanceMetric.Cosine);

        Assert.True(double.IsNaN(found.EffectiveDimensions));
        Assert.Equal(1, found.MeanCosine, 6);
        Assert.True(double.IsNaN(Isotropy.Of(new VectorBlock(5, 3), DistanceMetric.Cosine).MeanCosine));
    }

    private static VectorBlock Drawn(int count, double[] deviations, double mean)
    {
        var random = new Random(7);
        var block = new VectorBlock(count, deviations.Length);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < deviations.Length; j++)
                block.Row(i)[j] = (float)(mean + (deviations[j] * Normal(random)));
        }

        return block;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var (product, a, b) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            product += x[i] * y[i];
            a += x[i] * x[i];
            b += y[i] * y[i];
        }

        return product / Math.Sqrt(a * b);
    }
}
