namespace PgEmbed.Postgres.Search;

/// <summary>A row as a step's statement gives it.</summary>
/// <param name="Hit">The row and its distance; null where it is for the number alone.</param>
/// <param name="Code">Of a candidate, the code by which it is ranked.</param>
/// <param name="Place">Of a candidate, its place among the keys, by which ties are broken.</param>
/// <param name="Found">How many rows the step found in all; null where it did not count them.</param>
internal sealed record SearchRow<T>(SearchHit<T>? Hit, byte[]? Code, long Place, long? Found);
