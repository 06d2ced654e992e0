using FsCheck;
using FsCheck.Fluent;
using PgEmbed.Quality;

namespace PgEmbed.Core.Tests.Quality;

public sealed class QualityMeasureTests
{
    // One query: a has grade 2, b 1, c 1, d 0 and u was left unjudged. Computed by hand from trec_eval's definitions.
    private static readonly int[] Judged = [2, 1, 1, 0, -1];

    [Theory]
    // x b d a: places 2 and 4 are relevant.
    [InlineData(new[] { 0, 1, 0, 2 }, "ndcg@10", ((1 / 1.5849625007211562) + (2 / 2.321928094887362)) / (2 + (1 / 1.5849625007211562) + 0.5))]
    [InlineData(new[] { 0, 1, 0, 2 }, "ndcg@2", (1 / 1.5849625007211562) / (2 + (1 / 1.5849625007211562)))]
    [InlineData(new[] { 0, 1, 0, 2 }, "mrr@10", 0.5)]
    [InlineData(new[] { 0, 1, 0, 2 }, "mrr@1", 0.0)]
    [InlineData(new[] { 0, 1, 0, 2 }, "mrr", 0.5)]
    [InlineData(new[] { 0, 1, 0, 2 }, "recall@2", 1 / 3.0)]
    [InlineData(new[] { 0, 1, 0, 2 }, "recall@100", 2 / 3.0)]
    [InlineData(new[] { 0, 1, 0, 2 }, "map", ((1 / 2.0) + (2 / 4.0)) / 3)]
    [InlineData(new[] { 0, 1, 0, 2 }, "map@3", 1 / 6.0)]
    [InlineData(new[] { 0, 1, 0, 2 }, "precision@5", 2 / 5.0)]
    // a b c: the best ranking there is.
    [InlineData(new[] { 2, 1, 1 }, "ndcg@10", 1.0)]
    [InlineData(new[] { 2, 1, 1 }, "map", 1.0)]
    // The unjudged document's negative grade is no gain, and takes a place.
    [InlineData(new[] { -1, 2 }, "ndcg@10", (2 / 1.5849625007211562) / (2 + (1 / 1.5849625007211562) + 0.5))]
    [InlineData(new[] { -1, 2 }, "mrr@10", 0.5)]
    [InlineData(new int[0], "ndcg@10", 0.0)]
    [InlineData(new int[0], "map", 0.0)]
    public void A_measure_is_what_is_computed_by_hand(int[] ranked, string measure, double expected) =>
        Assert.Equal(expected, QualityMeasure.Parse(measure).Of(ranked, Judged), 12);

    [Theory]
    [InlineData("ndcg@10")]
    [InlineData("mrr@10")]
    [InlineData("recall@10")]
    [InlineData("map")]
    [InlineData("precision@3")]
    public void A_query_without_a_relevant_document_measures_0(string measure) =>
        Assert.Equal(0, QualityMeasure.Parse(measure).Of([0, 0, -1], [0, 0, -1]));

    [Fact]
    public void A_higher_level_of_relevance_counts_fewer_documents_but_leaves_the_gains()
    {
        Assert.Equal(1, QualityMeasure.Recall(10).Of([1, 2], Judged, relevantFrom: 2));
        Assert.Equal(0.5, QualityMeasure.Mrr(10).Of([1, 2], Judged, relevantFrom: 2));
        Assert.Equal(
            QualityMeasure.Ndcg(10).Of([1, 2], Judged), QualityMeasure.Ndcg(10).Of([1, 2], Judged, relevantFrom: 2));
    }

    [Fact]
    public void A_better_order_never_measures_less() =>
        Prop.ForAll(Gen.Choose(0, 3).ArrayOf(8).ToArbitrary(), Gen.Choose(0, 6).ToArbitrary(), (grades, place) =>
        {
            // Two neighbours in the wrong order are put right.
            if (grades[place] >= grades[place + 1])
                return true;
            int[] better = [.. grades];
            (better[place], better[place + 1]) = (better[place + 1], better[place]);
            return new[] { "ndcg@5", "mrr@5", "recall@5", "map", "precision@5" }.Select(QualityMeasure.Parse).All(
                measure => measure.Of(better, grades) >= measure.Of(grades, grades) - 1e-12);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("ndcg@10")]
    [InlineData("map")]
    [InlineData("recall@1")]
    public void A_measure_is_read_as_it_is_written(string text) =>
        Assert.Equal(text, QualityMeasure.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("ndgc@10")]
    [InlineData("ndcg@")]
    [InlineData("ndcg@0")]
    [InlineData("ndcg@-1")]
    [InlineData("ndcg@99999999999")]
    [InlineData("recall")]
    public void What_is_no_measure_is_refused(string text) =>
        Assert.Contains("ndcg@10", Assert.Throws<PgEmbedException>(() => QualityMeasure.Parse(text)).Message, StringComparison.Ordinal);
}
