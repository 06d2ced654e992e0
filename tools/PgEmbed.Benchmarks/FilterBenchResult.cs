namespace PgEmbed.Benchmarks;

/// <summary>What one plan did in one cell.</summary>
internal sealed class FilterBenchResult
{
    private readonly List<double> _recalls = [];
    private readonly List<double> _milliseconds = [];
    private readonly List<double> _processor = [];
    private int _short;

    /// <summary>The mean recall of its rows.</summary>
    public double Recall => _recalls.Average();

    /// <summary>The recall below which only one search of a hundred comes.</summary>
    public double LowRecall => Statistics.Quantile(_recalls, 0.01);

    /// <summary>The share of searches that gave as many rows as they should.</summary>
    public double CountsRight => 1 - ((double)_short / _recalls.Count);

    /// <summary>The 95th percentile of the time that a caller waits.</summary>
    public double P95 => Statistics.Quantile(_milliseconds, 0.95);

    /// <summary>The median of that time.</summary>
    public double P50 => Statistics.Median(_milliseconds);

    /// <summary>How many searches it did.</summary>
    public int Count => _recalls.Count;

    /// <summary>Whether a search gave too few rows, or too many.</summary>
    public bool HasWrongCounts => _short > 0;

    /// <summary>Whether recall and counts are what is asked of a search.</summary>
    public bool IsGood => Recall >= 0.95 && LowRecall >= 0.8 && _short == 0;

    /// <summary>Adds a search.</summary>
    /// <param name="found">What it gave.</param>
    /// <param name="exact">What it should have given.</param>
    /// <param name="milliseconds">How long the caller waited.</param>
    /// <param name="processor">How long the server's process was on a processor, in milliseconds.</param>
    public void Add(
        IReadOnlyList<(int Id, double Distance)> found,
        IReadOnlyList<(int Id, double Distance)> exact,
        double milliseconds,
        double processor)
    {
        // Texts have twins: a row as near as the last exact one is as right.
        var farthest = exact.Count == 0 ? double.PositiveInfinity : exact[^1].Distance + 1e-6;
        _recalls.Add(exact.Count == 0 ? 1 : (double)found.Count(row => row.Distance <= farthest) / exact.Count);
        _milliseconds.Add(milliseconds);
        _processor.Add(processor);
        if (found.Count != exact.Count || found.DistinctBy(row => row.Id).Count() != found.Count)
            _short++;
    }

    /// <summary>A row of the bench's table.</summary>
    public Dictionary<string, object> ToRow(string cell, string plan) => new()
    {
        ["filter"] = cell,
        ["plan"] = plan,
        ["queries"] = _recalls.Count,
        ["recall"] = Math.Round(Recall, 4),
        ["recall_p1"] = Math.Round(LowRecall, 2),
        ["counts_right"] = Math.Round(CountsRight, 4),
        ["p50_ms"] = Math.Round(P50, 2),
        ["p95_ms"] = Math.Round(P95, 2),
        ["server_p50_ms"] = Math.Round(Statistics.Median(_processor), 2),
        ["server_p95_ms"] = Math.Round(Statistics.Quantile(_processor, 0.95), 2),
    };
}
