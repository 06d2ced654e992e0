namespace PgEmbed.Postgres.Search;

/// <summary>What happened in a step of a search.</summary>
/// <param name="Found">How many rows it found in all; null where it did not count.</param>
/// <param name="LookedAt">How many vectors the index gave it; null where it doesn't go by the index.</param>
/// <param name="Rows">How many rows it returned.</param>
/// <param name="Milliseconds">How long it took on the server.</param>
public sealed record SearchStepOutcome(long? Found, long? LookedAt, long Rows, double Milliseconds);
