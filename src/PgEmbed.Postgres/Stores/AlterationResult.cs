using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Stores;

/// <summary>What an alteration did.</summary>
/// <param name="Altered">Whether there was anything to do.</param>
/// <param name="Collection">The collection as it is now.</param>
/// <param name="LeftBehind">
/// The old store's table where it could not be dropped, since others held it; the next alteration drops it. Else null.
/// </param>
public sealed record AlterationResult(bool Altered, CollectionInfo Collection, string? LeftBehind);
