namespace PgEmbed.Quality;

/// <summary>A document that a search returned.</summary>
/// <param name="Id">The document.</param>
/// <param name="Score">Its score; larger is better.</param>
public readonly record struct RankedDocument(string Id, double Score);
