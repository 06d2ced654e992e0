using System.Globalization;

namespace PgEmbed.Benchmarks;

/// <summary>Filters of one selectivity, in one relation to their queries.</summary>
/// <param name="Selectivity">The share of all rows that passes.</param>
/// <param name="Relation">How they lie to the queries.</param>
internal sealed record FilterBenchCell(double Selectivity, FilterRelation Relation)
{
    /// <summary>The shares of all rows that are measured.</summary>
    public static readonly IReadOnlyList<double> Selectivities = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.3, 1];

    /// <summary>The cells by the selectivity that a part of the bench is named after.</summary>
    public static ILookup<string, FilterBenchCell> All { get; } = Selectivities
        .SelectMany(s => s < 1
            ? Enum.GetValues<FilterRelation>().Select(r => new FilterBenchCell(s, r))
            : [new FilterBenchCell(s, FilterRelation.Independent)])
        .ToLookup(cell => cell.Percent);

    /// <summary>The selectivity in percent.</summary>
    public string Percent => (100 * Selectivity).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Its name in tables.</summary>
    public string Name => $"{Percent} % {Relation.ToString().ToLowerInvariant()}";

    /// <summary>The filter of a query: a column, and the range of it that passes; null where all rows do.</summary>
    public (string Column, double From, double To)? Range(FilterBenchQuery query)
    {
        if (Selectivity >= 1)
            return null;
        var (column, from) = Relation switch
        {
            FilterRelation.Independent => ("lot", query.Lot * (1 - Selectivity)),
            FilterRelation.Correlated => ("place", query.Place - (Selectivity / 2)),
            _ => ("place", query.FarthestFrom[Selectivity]),
        };
        from = Math.Clamp(from, 0, 1 - Selectivity);
        return (column, from, from + Selectivity);
    }
}
