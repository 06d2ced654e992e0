using PgEmbed.Quality;

namespace PgEmbed.Core.Tests.Quality;

public sealed class RunQualityTests
{
    private static readonly QualityMeasure[] Measures = [QualityMeasure.Mrr(10), QualityMeasure.Map];

    [Fact]
    public void Equal_scores_are_ranked_by_document_id_the_later_first()
    {
        var run = Run(("q", "a", 1), ("q", "c", 1), ("q", "b", 2), ("q", "é", 1), ("q", "\U0001F600", 1), ("q", "\uFFFD", 1));

        Assert.Equal(
            ["b", "\U0001F600", "\uFFFD", "é", "c", "a"], run.Ranking("q").Select(document => document.Id));
    }

    [Fact]
    public void Scores_that_single_precision_cannot_tell_apart_are_equal()
    {
        var run = Run(("q", "a", 0.1 + 1e-12), ("q", "b", 0.1));

        Assert.Equal(["b", "a"], run.Ranking("q").Select(document => document.Id));
    }

    [Fact]
    public void Judged_queries_that_were_not_run_count_as_0_unless_they_are_skipped()
    {
        var judgments = Judged(("q1", "a", 1), ("q2", "b", 1), ("q3", "c", 0));
        var run = Run(("q1", "a", 1), ("q3", "c", 1), ("unjudged", "a", 1));

        var all = RunQuality.Of(run, judgments, Measures);
        Assert.Equal(["q1", "q2", "q3"], all.Queries);
        Assert.Equal([1, 0, 0], all.Values(QualityMeasure.Map));
        Assert.Equal((1, 1), (all.NotRun, all.Unanswerable));

        var skipped = RunQuality.Of(run, judgments, Measures, skipNotRun: true);
        Assert.Equal(["q1", "q3"], skipped.Queries);
        Assert.Equal(0.5, skipped.Mean(QualityMeasure.Map));
    }

    [Fact]
    public void A_query_that_found_nothing_counts_as_0()
    {
        var run = Run(("q1", "a", 1));
        run.AddQuery("q2");

        var quality = RunQuality.Of(run, Judged(("q1", "a", 1), ("q2", "b", 1)), Measures);

        Assert.Equal((0, 0.5), (quality.NotRun, quality.Mean(QualityMeasure.Mrr(10))));
    }

    [Fact]
    public void A_run_of_other_queries_is_refused() => Assert.Contains(
        "query ids",
        Assert.Throws<PgEmbedException>(() => RunQuality.Of(Run(("x", "a", 1)), Judged(("q", "a", 1)), Measures)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_document_twice_in_a_ranking_is_refused() => Assert.Throws<PgEmbedException>(
        () => RunQuality.Of(Run(("q", "a", 1), ("q", "a", 2)), Judged(("q", "a", 1)), Measures));

    [Fact]
    public void A_judgment_said_twice_counts_once_and_two_grades_are_refused()
    {
        var judgments = Judged(("q", "a", 1), ("q", "a", 1));
        Assert.Equal(1, judgments.Count);
        Assert.Throws<PgEmbedException>(() => judgments.Add("q", "a", 2));
    }

    [Theory]
    [InlineData(new[] { 0.1, 0.2, 0.2 }, new[] { 0.1, 0.2, 0.2 }, 1)]
    [InlineData(new[] { 0.1, 0.2, 0.3 }, new[] { 0.1, 0.3000005, 0.4 }, 2 / 3.0)]
    [InlineData(new[] { 0.1, 0.2 }, new double[0], 0)]
    [InlineData(new double[0], new double[0], 1)]
    public void Rows_as_near_as_the_farthest_exact_one_are_found(double[] exact, double[] found, double expected) =>
        Assert.Equal(expected, NeighborRecall.Of(exact, found));

    private static SearchRun Run(params (string Query, string Document, double Score)[] documents)
    {
        var run = new SearchRun("test");
        foreach (var (query, document, score) in documents)
            run.Add(query, new RankedDocument(document, score));
        return run;
    }

    private static Judgments Judged(params (string Query, string Document, int Grade)[] grades)
    {
        var judgments = new Judgments();
        foreach (var (query, document, grade) in grades)
            judgments.Add(query, document, grade);
        return judgments;
    }
}
