namespace PgEmbed.Postgres.Indexes;

/// <summary>The most memory that a build may take, and how it is known.</summary>
/// <param name="Bytes">The memory.</param>
/// <param name="Source">Where the figure is from, for people.</param>
public sealed record MemoryLimit(long Bytes, string Source);
