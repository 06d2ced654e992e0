using PgEmbed.Postgres.Indexes.Building;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class RemainingTimeTests
{
    [Fact]
    public void There_is_no_estimate_before_it_means_something()
    {
        var remaining = new RemainingTime();

        Assert.Null(remaining.Note(TimeSpan.FromSeconds(0), 0, 1_000));
        Assert.Null(remaining.Note(TimeSpan.FromSeconds(1), 100, 1_000));
        // Much is done, but in too little time.
        Assert.Null(remaining.Note(TimeSpan.FromSeconds(2), 200, 1_000));
        Assert.NotNull(remaining.Note(TimeSpan.FromSeconds(5), 500, 1_000));
        // Much time, but too little is done.
        var slow = new RemainingTime();
        Assert.Null(slow.Note(TimeSpan.FromSeconds(1), 1, 1_000));
        Assert.Null(slow.Note(TimeSpan.FromSeconds(60), 5, 1_000));
        Assert.Null(slow.Note(TimeSpan.FromSeconds(60), 5, 0));
    }

    [Fact]
    public void A_steady_rate_is_continued_and_the_end_is_zero()
    {
        var remaining = new RemainingTime();
        TimeSpan? estimate = null;
        for (var second = 1; second <= 50; second++)
            estimate = remaining.Note(TimeSpan.FromSeconds(second), second * 10, 1_000);

        Assert.InRange(estimate!.Value.TotalSeconds, 49.9, 50.1);
        Assert.Equal(TimeSpan.Zero, remaining.Note(TimeSpan.FromSeconds(100), 1_000, 1_000));
    }

    [Fact]
    public void A_rate_that_falls_is_taken_as_it_is_by_now()
    {
        var remaining = new RemainingTime();
        for (var second = 1; second <= 10; second++)
            remaining.Note(TimeSpan.FromSeconds(second), second * 50, 1_000);
        // From here on ten times as slow, as after the graph no longer fits.
        TimeSpan? estimate = null;
        for (var second = 11; second <= 40; second++)
            estimate = remaining.Note(TimeSpan.FromSeconds(second), 500 + ((second - 10) * 5), 1_000);

        Assert.InRange(estimate!.Value.TotalSeconds, 69, 71);
    }
}
