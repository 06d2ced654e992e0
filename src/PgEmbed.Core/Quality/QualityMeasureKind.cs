namespace PgEmbed.Quality;

/// <summary>What a measure of a ranking counts.</summary>
public enum QualityMeasureKind
{
    /// <summary>
    /// Normalized discounted cumulative gain: the sum of grade / log2(rank + 1) over the ranking, divided by that of the
    /// best possible one (trec_eval's <c>ndcg_cut</c>: the gain is the grade itself, not 2^grade − 1).
    /// </summary>
    Ndcg,

    /// <summary>One divided by the rank of the first relevant document (trec_eval's <c>recip_rank</c> of a run cut at k).</summary>
    ReciprocalRank,

    /// <summary>The share of the relevant documents that is found (trec_eval's <c>recall</c>).</summary>
    Recall,

    /// <summary>
    /// The precision at each relevant document that is found, summed and divided by how many are relevant (trec_eval's
    /// <c>map</c>, or <c>map_cut</c> at k).
    /// </summary>
    AveragePrecision,

    /// <summary>The share of the first k places that holds a relevant document (trec_eval's <c>P</c>).</summary>
    Precision,
}
