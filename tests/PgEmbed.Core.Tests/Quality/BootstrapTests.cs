using PgEmbed.Quality;

namespace PgEmbed.Core.Tests.Quality;

public sealed class BootstrapTests
{
    private static double[] Normal(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }

    [Theory]
    [InlineData(BootstrapKind.Bca)]
    [InlineData(BootstrapKind.Percentile)]
    public void The_interval_of_normal_values_is_that_of_the_textbook(BootstrapKind kind)
    {
        var values = Normal(400, 3);
        var mean = values.Average();
        var error = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Length / values.Length);

        var interval = Bootstrap.Mean(values, new BootstrapOptions { Kind = kind, Resamples = 20_000 })!.Value;

        Assert.Equal(mean - (1.96 * error), interval.Low, 0.1 * error);
        Assert.Equal(mean + (1.96 * error), interval.High, 0.1 * error);
    }

    [Theory]
    [InlineData(BootstrapKind.Bca)]
    [InlineData(BootstrapKind.Percentile)]
    public void Intervals_hold_the_true_mean_about_as_often_as_they_say(BootstrapKind kind)
    {
        var held = Enumerable.Range(0, 400).Count(seed =>
        {
            var interval = Bootstrap.Mean(Normal(40, seed), new BootstrapOptions { Kind = kind, Resamples = 500 })!.Value;
            return interval.Low <= 0 && interval.High >= 0;
        });

        Assert.InRange(held / 400.0, 0.90, 0.98);
    }

    [Fact]
    public void Skewed_values_move_the_corrected_interval_towards_the_tail()
    {
        double[] values = [.. Enumerable.Range(0, 60).Select(i => i % 10 == 0 ? 1.0 : 0)];

        var corrected = Bootstrap.Mean(values)!.Value;
        var plain = Bootstrap.Mean(values, new BootstrapOptions { Kind = BootstrapKind.Percentile })!.Value;

        Assert.True(corrected.Low >= plain.Low && corrected.High > plain.High, $"{corrected} {plain}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_seed_another()
    {
        var values = Normal(50, 1);
        Assert.Equal(Bootstrap.Mean(values), Bootstrap.Mean(values));
        Assert.NotEqual(Bootstrap.Mean(values), Bootstrap.Mean(values, new BootstrapOptions { Seed = 2 }));
    }

    [Fact]
    public void Equal_values_have_an_interval_of_no_width_and_one_value_has_none()
    {
        Assert.Equal(new ConfidenceInterval(0.5, 0.5), Bootstrap.Mean([0.5, 0.5, 0.5]));
        Assert.Null(Bootstrap.Mean([0.5]));
        Assert.Null(Bootstrap.Mean([]));
    }

    [Fact]
    public void The_p_value_of_few_queries_is_counted()
    {
        // Three better by 1: of 8 choices of signs, +++ and −−− are as large.
        Assert.Equal(2 / 8.0, PairedTest.Compare([0, 0, 0], [1, 1, 1]).PValue);
        // Differences 1, 1, −1: |sum| ≥ 1 under every choice.
        Assert.Equal(1, PairedTest.Compare([0, 0, 1], [1, 1, 0]).PValue);
        // Differences 3, 1 and a tie: |sum| = 4 under ++ and −− of 4.
        Assert.Equal(2 / 4.0, PairedTest.Compare([0, 0, 5], [3, 1, 5]).PValue);
    }

    [Fact]
    public void Equal_settings_do_not_differ()
    {
        var same = PairedTest.Compare([0.3, 0.4], [0.3, 0.4]);
        Assert.Equal((0, 1, 0, 0), (same.Difference, same.PValue, same.Better, same.Worse));
    }

    [Fact]
    public void Drawn_p_values_agree_with_the_sign_test_where_all_differences_are_equal()
    {
        // 20 queries, 15 better and 5 worse by the same: P(at least 15 of 20 heads) twice = 0.0414.
        double[] first = [.. Enumerable.Range(0, 20).Select(i => i < 5 ? 1.0 : 0)];
        double[] second = [.. Enumerable.Range(0, 20).Select(i => i < 5 ? 0.0 : 1)];

        var compared = PairedTest.Compare(first, second, new BootstrapOptions { Resamples = 100_000 });

        Assert.Equal(0.0414, compared.PValue, 0.003);
        Assert.Equal((15, 5), (compared.Better, compared.Worse));
    }

    [Fact]
    public void P_values_of_settings_that_do_not_differ_are_spread_evenly()
    {
        var small = Enumerable.Range(0, 400).Count(seed => PairedTest.Compare(
            Normal(80, seed), Normal(80, seed + 1000), new BootstrapOptions { Resamples = 400 }).PValue <= 0.1);
        Assert.InRange(small / 400.0, 0.06, 0.14);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Assert.Throws<PgEmbedException>(() => PairedTest.Compare([1, 2], [1]));
        Assert.Throws<PgEmbedException>(() => PairedTest.Compare([], []));
        Assert.Throws<PgEmbedException>(() => Bootstrap.Mean([1, 2], new BootstrapOptions { Confidence = 95 }));
        Assert.Throws<PgEmbedException>(() => Bootstrap.Mean([1, 2], new BootstrapOptions { Resamples = 1 }));
    }
}
