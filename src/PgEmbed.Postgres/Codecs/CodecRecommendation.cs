namespace PgEmbed.Postgres.Codecs;

/// <summary>The codec to take.</summary>
/// <param name="Codec">The codec, as <see cref="PgEmbed.Codecs.StoreRecipe"/> reads it.</param>
/// <param name="Candidates">How many candidates a search is to rank; null where there is no rescoring form.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record CodecRecommendation(string Codec, int? Candidates, string Reason);
