using PgEmbed.Postgres.Codecs;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Tests.Codecs;

public sealed class CodecChoiceTests
{
    [Fact]
    public void The_frontier_is_what_no_other_codec_beats()
    {
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            // Few values, so that codecs tie in bytes, in loss and in both.
            List<CodecMeasure> measures =
                [.. Enumerable.Range(0, 12).Select(i => Measure($"c{i}", 100 * random.Next(1, 6), random.Next(5)))];

            var found = CodecChoice.WithFrontier(measures);

            Assert.Equal(measures.Select(m => m.Codec).Order(), found.Select(m => m.Codec).Order());
            Assert.Equal(found.Select(m => m.Bytes.Total).Order(), found.Select(m => m.Bytes.Total));
            // One of those that tie in both stands for them.
            Assert.Equal(
                measures.Where(m => !measures.Any(o =>
                        o.Bytes.Total <= m.Bytes.Total && o.Best.LossPercent <= m.Best.LossPercent
                        && (o.Bytes.Total < m.Bytes.Total || o.Best.LossPercent < m.Best.LossPercent)))
                    .Select(m => (m.Bytes.Total, m.Best.LossPercent)).Distinct().Order(),
                found.Where(m => m.OnFrontier).Select(m => (m.Bytes.Total, m.Best.LossPercent)).Order());
        }
    }

    [Theory]
    // The smallest within the loss, with as few candidates as do.
    [InlineData(null, null, 1.0, "middle", 100)]
    [InlineData(null, null, 0.3, "middle", 200)]
    [InlineData(null, null, 20.0, "small", 40)]
    [InlineData(null, null, 0.0, "large", null)]
    // By recall, which here is 1 less the loss.
    [InlineData(null, 0.99, null, "middle", 100)]
    [InlineData(null, 1.0, null, "large", null)]
    // 1,000 rows: at most 199, 500, 2,000 bytes each.
    [InlineData(199_000L, null, null, "small", 200)]
    [InlineData(500_000L, null, null, "middle", 200)]
    [InlineData(2_000_000L, null, null, "large", null)]
    // Nothing asked is 1 % lost.
    [InlineData(null, null, null, "middle", 100)]
    public void One_is_chosen_by_each_constraint(
        long? budget, double? recall, double? loss, string codec, int? candidates)
    {
        CodecMeasure[] measures =
            [Measure("small", 150, 15, 9, 6), Measure("middle", 400, 5, 0.8, 0.2), Measure("large", 900, 0)];
        var options = new CodecAdviseOptions { Budget = budget, MinRecall = recall, MaxLoss = loss };
        options.Validate();

        var found = CodecChoice.Choose(measures, options, rows: 1_000, judged: false, present: "large");

        Assert.Equal((codec, candidates), (found?.Codec, found?.Candidates));
        Assert.Contains(codec == "large" ? "what the store has" : "times smaller than large", found!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_codecs_as_small_the_one_that_needs_fewer_candidates_is_taken_and_none_where_none_keeps()
    {
        CodecMeasure[] measures = [Measure("a", 400, 3, 2, 0.5), Measure("b", 402, 0.9, 0.8, 0.7), Measure("c", 410, 0.1)];

        Assert.Equal("b", CodecChoice.Choose(measures, new CodecAdviseOptions(), 10, false, "f32")!.Codec);
        Assert.Null(CodecChoice.Choose(measures, new CodecAdviseOptions { MaxLoss = 0 }, 10, false, "f32"));
        Assert.Null(CodecChoice.Choose(measures, new CodecAdviseOptions { Budget = 1 }, 10, false, "f32"));
    }

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        CodecAdviseOptions[] wrong =
        [
            new() { SampleRows = 10 }, new() { Queries = 0 }, new() { Recipes = [] }, new() { Recipes = ["f16 / sq9"] },
            new() { Budget = 0 }, new() { MinRecall = 0 }, new() { MinRecall = double.NaN }, new() { MaxLoss = -1 },
            new() { MaxLoss = double.NaN }, new() { MinRecall = 0.9, MaxLoss = 1 },
        ];
        foreach (var options in wrong)
            Assert.Throws<PgEmbedException>(options.Validate);
    }

    // With three losses they are those of 40, 100 and 200 candidates; with one, of a codec that is ranked by its only form.
    private static CodecMeasure Measure(string name, double bytes, params double[] losses) => new(
        name,
        new CodecBytes(bytes, 0, 0, 0),
        [
            .. ((int[])[40, 100, 200]).Select((count, i) =>
            {
                var loss = losses[Math.Min(i, losses.Length - 1)];
                return new CodecQuality(
                    count, 1 - (loss / 100), new ConfidenceInterval(0, 1), null, loss, new ConfidenceInterval(loss, loss));
            }),
        ],
        1,
        losses.Length == 1 ? null : 1);
}
