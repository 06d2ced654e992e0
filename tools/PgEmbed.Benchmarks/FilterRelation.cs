namespace PgEmbed.Benchmarks;

/// <summary>How the rows that pass a filter lie to its query.</summary>
internal enum FilterRelation
{
    /// <summary>Anywhere.</summary>
    Independent,

    /// <summary>Around the query.</summary>
    Correlated,

    /// <summary>As far from it as any such range of rows.</summary>
    Anticorrelated,
}
