using PgEmbed.Quality;

namespace PgEmbed.Postgres.Codecs;

/// <summary>What codecs take and keep on a collection's own vectors, and which one to take.</summary>
public sealed record CodecAdvice
{
    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>The dimensions of its vectors.</summary>
    public required int Dimensions { get; init; }

    /// <summary>How they are compared.</summary>
    public required DistanceMetric Metric { get; init; }

    /// <summary>The codec that it is stored in now.</summary>
    public required string Present { get; init; }

    /// <summary>How many vectors it has.</summary>
    public required long Rows { get; init; }

    /// <summary>Among how many of them it was searched.</summary>
    public required int SampleRows { get; init; }

    /// <summary>What the queries are, in words.</summary>
    public required string QuerySource { get; init; }

    /// <summary>The full vectors' nDCG@10; null without judged queries.</summary>
    public required double? FullNdcg { get; init; }

    /// <summary>
    /// In how many directions the vectors around a place spread (<see cref="Quality.IntrinsicDimension"/>): far below the
    /// dimensions, shorter forms have a chance. NaN where it can't be told.
    /// </summary>
    public required double IntrinsicDimension { get; init; }

    /// <summary>How evenly the vectors use their dimensions: low, PCA and centring have something to gain.</summary>
    public required Isotropy Isotropy { get; init; }

    /// <summary>The codecs, those of the fewest bytes first.</summary>
    public required IReadOnlyList<CodecMeasure> Measures { get; init; }

    /// <summary>Those that can't be used here.</summary>
    public required IReadOnlyList<SkippedCodec> Skipped { get; init; }

    /// <summary>What was asked, in words.</summary>
    public required string Constraint { get; init; }

    /// <summary>The codec to take; null where none keeps what was asked.</summary>
    public required CodecRecommendation? Recommendation { get; init; }

    /// <summary>What to know before the figures are believed.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
