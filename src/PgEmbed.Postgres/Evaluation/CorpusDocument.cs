namespace PgEmbed.Postgres.Evaluation;

/// <summary>A document of a test collection.</summary>
/// <param name="Id">Its id, by which judgments name it.</param>
/// <param name="Title">Its title; null where it has none.</param>
/// <param name="Text">Its text.</param>
public sealed record CorpusDocument(string Id, string? Title, string Text);
