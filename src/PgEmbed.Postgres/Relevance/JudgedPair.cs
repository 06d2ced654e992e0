namespace PgEmbed.Postgres.Relevance;

/// <summary>A row that a search found, judged.</summary>
/// <param name="Distance">Its distance from the query.</param>
/// <param name="Neighborhood">The query's neighbourhood.</param>
/// <param name="Relevant">Whether it is relevant.</param>
public readonly record struct JudgedPair(double Distance, QueryNeighborhood Neighborhood, bool Relevant);
