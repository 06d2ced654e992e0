namespace PgEmbed.Postgres.Catalog;

/// <summary>A partition of a store.</summary>
/// <param name="Name">Its table in schema <c>pgembed_store</c>.</param>
/// <param name="Bound">Which rows it has, in the server's words: <c>FOR VALUES IN ('a')</c>, <c>DEFAULT</c>.</param>
/// <param name="Vectors">How many vectors, as the server's planner estimates; −1 before the first ANALYZE.</param>
/// <param name="Bytes">Bytes on disk, indexes included.</param>
public sealed record StorePartition(string Name, string Bound, double Vectors, long Bytes);
