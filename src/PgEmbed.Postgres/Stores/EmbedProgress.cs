namespace PgEmbed.Postgres.Stores;

/// <summary>How far an upsert or a sync has come, or what it did in all.</summary>
public sealed record EmbedProgress
{
    /// <summary>Rows looked at.</summary>
    public long Rows { get; init; }

    /// <summary>Rows whose text was embedded.</summary>
    public long Embedded { get; init; }

    /// <summary>Rows whose text is blank (NULL, empty or white space): they have no vector, and no search finds them.</summary>
    public long Blank { get; init; }

    /// <summary>Rows whose text is unchanged but whose carried values were not, and were copied to the store again.</summary>
    public long Carried { get; init; }

    /// <summary>Vectors removed because their row is gone or its text became blank.</summary>
    public long Removed { get; init; }

    /// <summary>Embedded texts that were longer than the model reads and were cut.</summary>
    public long Truncated { get; init; }

    /// <summary>Tokens that the model read.</summary>
    public long Tokens { get; init; }
}
