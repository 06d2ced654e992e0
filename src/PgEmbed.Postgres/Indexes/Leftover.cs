namespace PgEmbed.Postgres.Indexes;

/// <summary>An index that no search can use and nobody is building: what a failed or killed build left.</summary>
/// <param name="Index">The index.</param>
/// <param name="Ours">
/// Whether PgEmbed made it, by its name: then the next build on the table removes it. Another's is only reported.
/// </param>
/// <param name="DropStatement">What removes it.</param>
public sealed record Leftover(HnswIndex Index, bool Ours, string DropStatement);
