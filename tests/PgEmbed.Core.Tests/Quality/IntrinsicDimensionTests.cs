using PgEmbed.Quality;

namespace PgEmbed.Core.Tests.Quality;

public sealed class IntrinsicDimensionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(10)]
    public void Points_of_a_known_dimension_laid_into_many_are_found_to_have_it(int dimension)
    {
        var points = Embedded(2_000, dimension, 40);

        var local = IntrinsicDimension.AtEach(points, points, DistanceMetric.L2);

        Assert.InRange(IntrinsicDimension.Mean(local), dimension * 0.85, dimension * 1.05);
        Assert.Equal(2_000, local.Length);
    }

    [Fact]
    public void A_sample_gives_what_all_points_give()
    {
        var points = Embedded(4_000, 4, 24);
        var sample = new VectorBlock(800, 24);
        for (var i = 0; i < sample.Count; i++)
            points[i * 5].Span.CopyTo(sample.Row(i));

        var all = IntrinsicDimension.Mean(IntrinsicDimension.AtEach(points, points, DistanceMetric.L2));
        var some = IntrinsicDimension.Mean(IntrinsicDimension.AtEach(points, sample, DistanceMetric.L2));

        Assert.InRange(some / all, 0.9, 1.1);
    }

    [Fact]
    public void Places_of_more_dimensions_have_the_higher_estimates_and_cosine_sees_directions_only()
    {
        var (low, high) = (Embedded(500, 2, 20, seed: 1), Embedded(500, 8, 20, seed: 2));
        var both = new VectorBlock(1_000, 20);
        for (var i = 0; i < 500; i++)
        {
            low[i].Span.CopyTo(both.Row(i));
            high[i].Span.CopyTo(both.Row(500 + i));
            // Far from the others, and on a ray of any length.
            both.Row(500 + i)[0] += 100;
            for (var d = 0; d < 20; d++)
                both.Row(i)[d] *= 1 + (i % 7);
        }

        var local = IntrinsicDimension.AtEach(both, both, DistanceMetric.Cosine);

        Assert.True(IntrinsicDimension.Mean(local[..500]) < 2.2);
        Assert.True(IntrinsicDimension.Mean(local[500..]) > 4);
    }

    [Fact]
    public void Equal_points_few_points_and_zeros_have_no_estimate()
    {
        Assert.True(double.IsNaN(IntrinsicDimension.FromDistances([])));
        Assert.True(double.IsNaN(IntrinsicDimension.FromDistances([0, 0, 0, 1, 2])));
        Assert.True(double.IsNaN(IntrinsicDimension.FromDistances([3, 3, 3, 3])));
        Assert.True(double.IsNaN(IntrinsicDimension.Mean([double.NaN])));
        var zeros = new VectorBlock(30, 4);
        Assert.All(IntrinsicDimension.AtEach(zeros, zeros, DistanceMetric.Cosine), value => Assert.True(double.IsNaN(value)));
        Assert.Equal(2, IntrinsicDimension.Mean([double.NaN, 1.5, 3]), 9);
    }

    [Fact]
    public void Distances_that_grow_as_a_power_give_that_power()
    {
        // The i-th of 1,000 neighbours in m dimensions lies at (i / 1000)^(1/m).
        foreach (var m in (int[])[1, 3, 12])
        {
            double[] distances = [.. Enumerable.Range(1, 1_000).Select(i => Math.Pow(i / 1_000.0, 1.0 / m))];
            Assert.InRange(IntrinsicDimension.FromDistances(distances), m * 0.99, m * 1.01);
        }
    }

    // Uniform on a sphere, which has no edge where neighbours would lie to one side only; then turned into more dimensions
    // by a map that keeps lengths.
    private static VectorBlock Embedded(int count, int dimension, int into, int seed = 5)
    {
        var random = new Random(seed);
        var map = Enumerable.Range(0, dimension + 1).Select(_ => Enumerable.Range(0, into).Select(_ => Gauss(random)).ToArray()).ToArray();
        Orthonormalize(map);
        var block = new VectorBlock(count, into);
        for (var i = 0; i < count; i++)
        {
            double[] place = [.. map.Select(_ => Gauss(random))];
            var length = Math.Sqrt(place.Sum(at => at * at));
            for (var axis = 0; axis < place.Length; axis++)
            {
                for (var d = 0; d < into; d++)
                    block.Row(i)[d] += (float)(place[axis] / length * map[axis][d]);
            }
        }

        return block;
    }

    private static void Orthonormalize(double[][] axes)
    {
        for (var i = 0; i < axes.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var dot = axes[i].Zip(axes[j], (a, b) => a * b).Sum();
                axes[i] = [.. axes[i].Zip(axes[j], (a, b) => a - (dot * b))];
            }

            var length = Math.Sqrt(axes[i].Sum(a => a * a));
            axes[i] = [.. axes[i].Select(a => a / length)];
        }
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
