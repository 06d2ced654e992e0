namespace PgEmbed.Benchmarks;

/// <summary>A query of the filter bench.</summary>
/// <param name="Vector">Its vector.</param>
/// <param name="Lot">Where its independent filters lie, drawn at random from [0, 1).</param>
/// <param name="Place">The place of its nearest row.</param>
/// <param name="FarthestFrom">By selectivity, where that range of places begins whose centre is farthest from it.</param>
internal sealed record FilterBenchQuery(
    SpaceVector Vector, double Lot, double Place, IReadOnlyDictionary<double, double> FarthestFrom);
