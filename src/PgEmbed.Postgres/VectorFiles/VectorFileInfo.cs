namespace PgEmbed.Postgres.VectorFiles;

/// <summary>What the vectors of a file are: the first line of the file of keys beside it.</summary>
/// <param name="SpaceId">The id of their space.</param>
/// <param name="Space">The model that made them, as <c>name@version</c>.</param>
/// <param name="Dimensions">Their length.</param>
/// <param name="Metric">How they are compared.</param>
/// <param name="Collection">The collection that they were of.</param>
/// <param name="KeyColumns">The columns of its key.</param>
internal sealed record VectorFileInfo(
    Guid SpaceId, string Space, int Dimensions, string Metric, string Collection, IReadOnlyList<string> KeyColumns);
