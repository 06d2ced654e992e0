namespace PgEmbed.Postgres.Stores;

/// <summary>How ready vectors are taken in, where the defaults are not right.</summary>
public sealed record VectorImportOptions
{
    /// <summary>
    /// Leaves vectors out whose row is not there, or has no text, instead of refusing all. A vector that comes with the
    /// hash of its text is taken without a look at its row.
    /// </summary>
    public bool SkipUnknown { get; init; }
}
