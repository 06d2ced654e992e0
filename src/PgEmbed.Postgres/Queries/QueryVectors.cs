namespace PgEmbed.Postgres.Queries;

/// <summary>The vectors of what a query looks for.</summary>
/// <param name="Vectors">The vectors, in the order of what they are of.</param>
/// <param name="TruncatedTexts">The places of the texts that were longer than the model reads.</param>
internal sealed record QueryVectors(IReadOnlyList<SpaceVector> Vectors, IReadOnlyList<int> TruncatedTexts);
