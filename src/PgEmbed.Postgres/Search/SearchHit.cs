namespace PgEmbed.Postgres.Search;

/// <summary>A row that a search found.</summary>
/// <param name="Row">The row of the user's table.</param>
/// <param name="Distance">Its distance from the query under the space's metric; smaller is nearer.</param>
/// <typeparam name="T">The row.</typeparam>
public sealed record SearchHit<T>(T Row, double Distance);
