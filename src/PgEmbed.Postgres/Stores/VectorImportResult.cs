namespace PgEmbed.Postgres.Stores;

/// <summary>How far an import has come, or what it did in all.</summary>
/// <param name="Written">Vectors written.</param>
/// <param name="Skipped">Vectors left out because their row is not there, or has no text.</param>
public sealed record VectorImportResult(long Written, long Skipped);
