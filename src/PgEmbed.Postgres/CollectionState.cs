using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres;

/// <summary>What a collection is at one time; replaced as a whole when it is switched to another space or store.</summary>
/// <param name="Info">The catalog's entry.</param>
/// <param name="Embedder">The model of its space.</param>
/// <param name="Map">The row type bound to the table; null where rows are known by column names only.</param>
internal sealed record CollectionState(CollectionInfo Info, ITextEmbedder Embedder, object? Map);
