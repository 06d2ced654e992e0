namespace PgEmbed.Benchmarks;

/// <summary>A row of the filter bench: a text, and columns whose ranges are filters of any selectivity.</summary>
internal sealed record FilterBenchText
{
    /// <summary>The key.</summary>
    public required int Id { get; init; }

    /// <summary>What the text is: synopsis, sentence or passage.</summary>
    public required string Kind { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Drawn at random from [0, 1): a range of it is independent of every query.</summary>
    public required double Lot { get; init; }

    /// <summary>
    /// Where the text's vector lies on a line that keeps neighbours together, in [0, 1): a range of it goes with a query
    /// that lies in it, and against one that lies far from it.
    /// </summary>
    public double Place { get; init; }
}
