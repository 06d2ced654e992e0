using PgEmbed.Quality;

namespace PgEmbed.Core.Tests.Quality;

public sealed class NeighborRecallTests
{
    [Fact]
    public void A_row_as_near_as_the_farthest_exact_one_counts_and_no_more_than_all()
    {
        Assert.Equal(0.75, NeighborRecall.Of([0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.4, 0.41]));
        Assert.Equal(1, NeighborRecall.Of([0.1, 0.2, 0.2], [0.1, 0.2, 0.2, 0.2]));
        Assert.Equal(0, NeighborRecall.Of([0.1], []));
        Assert.Equal(1, NeighborRecall.Of([], []));
    }

    [Theory]
    [InlineData(200, 1.0, 0.98115, 1)]
    [InlineData(10, 1.0, 0.72247, 1)]
    [InlineData(10, 0.0, 0, 0.27753)]
    public void Where_all_queries_are_alike_the_interval_is_Wilsons(int count, double recall, double low, double high)
    {
        var interval = NeighborRecall.Interval([.. Enumerable.Repeat(recall, count)]);

        Assert.Equal(low, interval.Low, 5);
        Assert.Equal(high, interval.High, 5);
    }

    [Fact]
    public void The_interval_has_the_true_mean_in_about_95_of_100_samples()
    {
        var random = new Random(3);
        var inside = 0;
        for (var sample = 0; sample < 400; sample++)
        {
            // Hits of one query go together, as in an index: its chance is drawn first, 0.92 on average.
            var recalls = Enumerable.Range(0, 100).Select(_ =>
            {
                var chance = random.NextDouble() < 0.2 ? 0.6 : 1;
                return Enumerable.Range(0, 10).Count(_ => random.NextDouble() < chance) / 10.0;
            });
            var interval = NeighborRecall.Interval([.. recalls]);
            if (interval.Low <= 0.92 && 0.92 <= interval.High)
                inside++;
        }

        Assert.InRange(inside, 360, 396);
    }
}
