using PgEmbed.Postgres.Filters;

namespace PgEmbed.Postgres.Search.Sampling;

/// <summary>A filter that searches are made with, and how often.</summary>
/// <param name="Text">It in SQL for people, values written out; null for searches of all rows.</param>
/// <param name="Filter">It as a search takes it.</param>
/// <param name="K">How many rows were asked for, at most.</param>
/// <param name="Weight">How many searches it stands for.</param>
public sealed record SampledFilter(string? Text, SqlFilter? Filter, int K, double Weight);
