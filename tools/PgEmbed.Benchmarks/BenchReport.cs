namespace PgEmbed.Benchmarks;

/// <summary>What a bench found.</summary>
/// <param name="Bench">Its name.</param>
/// <param name="Quick">Whether it ran at the smaller size.</param>
/// <param name="Commit">The commit that was measured.</param>
/// <param name="Machine">What it ran on.</param>
/// <param name="Data">What it ran over.</param>
/// <param name="Settings">The server's settings for durability and memory; empty where no server took part.</param>
/// <param name="Results">The rows of the table: a value by column.</param>
/// <param name="Targets">Every figure that is asked of it.</param>
internal sealed record BenchReport(
    string Bench,
    bool Quick,
    string Commit,
    Machine Machine,
    BenchData Data,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<IReadOnlyDictionary<string, object>> Results,
    IReadOnlyList<BenchTarget> Targets);

/// <summary>What a bench ran over.</summary>
internal sealed record BenchData(string Name, int Rows, int Dims);

/// <summary>A figure that is asked of a bench.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Unit">The unit of both.</param>
/// <param name="Goal">What it must be: at least this, or at most where it is said.</param>
/// <param name="Met">Whether it is.</param>
internal sealed record BenchTarget(string Name, double Value, string Unit, double Goal, bool Met)
{
    /// <summary>A figure that must be at least its goal.</summary>
    public BenchTarget(string name, double value, string unit, double goal)
        : this(name, value, unit, goal, value >= goal)
    {
    }

    /// <summary>A figure that must be at most its goal.</summary>
    public static BenchTarget AtMost(string name, double value, string unit, double goal) =>
        new(name, value, unit, goal, value <= goal);
}
