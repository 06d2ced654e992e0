using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>
/// How a store is divided into partitions: by one key or carried column, so that a search whose filter is on that
/// column reads only the partitions it can be in. A store by list or range also has a default partition, for rows that
/// no other takes.
/// </summary>
public sealed record Partitioning
{
    /// <summary>The most partitions a store may have: each search plans over all of them.</summary>
    public const int MaxPartitions = 1_000;

    private Partitioning(PartitionStrategy strategy, string column)
    {
        Strategy = strategy;
        Column = column;
    }

    /// <summary>How it is divided.</summary>
    public PartitionStrategy Strategy { get; }

    /// <summary>The column of the user's table; one of the collection's key or carried columns.</summary>
    public string Column { get; }

    /// <summary>
    /// Under hash the number of partitions; under list, where no values were given, how many of the most frequent values
    /// get a partition of their own.
    /// </summary>
    public int? Count { get; private init; }

    /// <summary>Under range, how much one partition spans: an interval (<c>1 month</c>) or a number.</summary>
    public string? Step { get; private init; }

    /// <summary>
    /// Under list, the values that get a partition each as the store is made, null for rows without one. As PostgreSQL
    /// writes them.
    /// </summary>
    public IReadOnlyList<string?> Values { get; private init; } = [];

    /// <summary>
    /// Under range, the ascending bounds between partitions: n bounds make n + 1 partitions, each with its lower bound and
    /// without its upper one. As PostgreSQL writes them.
    /// </summary>
    public IReadOnlyList<string> Bounds { get; private init; } = [];

    /// <summary>As many partitions as said, rows spread by the hash of the column.</summary>
    /// <exception cref="PgEmbedException">Not 2 to 1,000 partitions.</exception>
    public static Partitioning ByHash(string column, int partitions)
    {
        SqlName.Check(column);
        if (partitions is < 2 or > MaxPartitions)
            throw new PgEmbedException($"Expected 2 to {MaxPartitions} partitions, got {partitions}.");
        return new Partitioning(PartitionStrategy.Hash, column) { Count = partitions };
    }

    /// <summary>A partition for each value, null for rows without one.</summary>
    /// <exception cref="PgEmbedException">No value, a value twice, or more than 1,000.</exception>
    public static Partitioning ByList(string column, params IReadOnlyList<string?> values)
    {
        SqlName.Check(column);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count is < 1 or >= MaxPartitions)
            throw new PgEmbedException($"Expected 1 to {MaxPartitions - 1} values, got {values.Count}.");
        if (values.Distinct(StringComparer.Ordinal).Count() != values.Count)
            throw new PgEmbedException("Expected each value once, got one twice.");
        return new Partitioning(PartitionStrategy.List, column) { Values = values };
    }

    /// <summary>A partition for each of the most frequent values that the table has as the store is made.</summary>
    /// <exception cref="PgEmbedException">Not 1 to 999 values.</exception>
    public static Partitioning ByFrequentValues(string column, int most = 20)
    {
        SqlName.Check(column);
        if (most is < 1 or >= MaxPartitions)
            throw new PgEmbedException($"Expected 1 to {MaxPartitions - 1} values, got {most}.");
        return new Partitioning(PartitionStrategy.List, column) { Count = most };
    }

    /// <summary>Partitions between ascending bounds, the first and the last without end.</summary>
    /// <exception cref="PgEmbedException">No bound, or 1,000 or more.</exception>
    public static Partitioning ByRange(string column, params IReadOnlyList<string> bounds)
    {
        SqlName.Check(column);
        ArgumentNullException.ThrowIfNull(bounds);
        if (bounds.Count is < 1 or >= MaxPartitions - 1)
            throw new PgEmbedException($"Expected 1 to {MaxPartitions - 2} bounds, got {bounds.Count}.");
        return new Partitioning(PartitionStrategy.Range, column) { Bounds = bounds };
    }

    /// <summary>
    /// A partition for each step that has rows as the store is made: an interval of whole months (<c>1 month</c>,
    /// <c>1 year</c>) or of days and less (<c>7 days</c>) for columns of time, counted in UTC from Monday, 1 January 2001;
    /// a number for columns of numbers, counted from 0.
    /// </summary>
    /// <exception cref="PgEmbedException">The step is empty.</exception>
    public static Partitioning ByStep(string column, string step)
    {
        SqlName.Check(column);
        if (string.IsNullOrWhiteSpace(step))
            throw new PgEmbedException("Expected a step such as '1 month' or '1000', got none.");
        return new Partitioning(PartitionStrategy.Range, column) { Step = step };
    }

    /// <summary>What the catalog keeps: the partitions themselves, PostgreSQL does.</summary>
    internal static Partitioning? FromCatalog(string? strategy, string? column, int? count, string? step) =>
        strategy is null || column is null
            ? null
            : new Partitioning(Enum.Parse<PartitionStrategy>(strategy, ignoreCase: true), column)
            {
                Count = count,
                Step = step,
            };

    /// <summary>The strategy as SQL names it.</summary>
    internal string StrategyName => Strategy.ToString().ToLowerInvariant();

    /// <summary>Says how the store is divided, without the partitions that there are.</summary>
    public override string ToString() => $"{StrategyName} ({SqlName.Quote(Column)})"
        + (Count is null ? "" : $" of {Count}") + (Step is null ? "" : $" by {Step}");
}
