using PgEmbed.Quality;

namespace PgEmbed.Postgres.Codecs;

/// <summary>What is left of a ranking by full vectors when so many candidates are taken by the indexed form and ranked.</summary>
/// <param name="Candidates">How many candidates.</param>
/// <param name="Recall">The share of the exact ten nearest that is found, the mean over the queries.</param>
/// <param name="RecallInterval">Where it would lie for other queries, at 95 %.</param>
/// <param name="Ndcg">nDCG@10; null without judged queries.</param>
/// <param name="LossPercent">
/// What is lost in percent: of the full vectors' nDCG@10, or without judged queries of recall@10.
/// </param>
/// <param name="LossInterval">
/// Where the loss would lie for other queries, at 95 %: of the same queries' difference, by the bootstrap.
/// </param>
public sealed record CodecQuality(
    int Candidates,
    double Recall,
    ConfidenceInterval RecallInterval,
    double? Ndcg,
    double LossPercent,
    ConfidenceInterval LossInterval);
