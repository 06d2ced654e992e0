namespace PgEmbed.Postgres.Hybrid;

/// <summary>A text weight that was fitted on judged queries.</summary>
/// <param name="TextWeight">How much the words count.</param>
/// <param name="Ndcg">Mean nDCG@10 of those queries under it.</param>
/// <param name="VectorNdcg">By meaning alone.</param>
/// <param name="TextNdcg">By words alone.</param>
/// <param name="Queries">How many queries there were.</param>
public sealed record FusionFit(double TextWeight, double Ndcg, double VectorNdcg, double TextNdcg, int Queries);
