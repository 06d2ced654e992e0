namespace PgEmbed.Postgres.Search;

/// <summary>How one filtered search is run.</summary>
public enum SearchPlanKind
{
    /// <summary>Every row that the filter lets through is ranked.</summary>
    Exact,

    /// <summary>The index gives the nearest rows.</summary>
    Index,

    /// <summary>The index gives ever farther rows until enough of them pass the filter.</summary>
    IterativeIndex,

    /// <summary>A partial index gives the nearest of the rows that its condition has, which the filter implies.</summary>
    PartialIndex,

    /// <summary>The indexes of those partitions are asked that the filter leaves.</summary>
    Partition,
}
