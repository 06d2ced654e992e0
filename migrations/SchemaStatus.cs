namespace PgEmbed.Migrations;

/// <summary>How a database's schema stands against what this library brings.</summary>
/// <param name="Applied">The migrations that were applied and that this library knows, oldest first.</param>
/// <param name="Pending">The migrations that this library knows and that were not applied, oldest first.</param>
/// <param name="Unknown">The migrations that were applied by a newer library.</param>
/// <param name="FunctionsCurrent">Whether the database has this library's SQL functions.</param>
/// <param name="ServerVersion">PostgreSQL's version.</param>
/// <param name="PgvectorVersion">The version of the extension vector in the database; null where it is not.</param>
/// <param name="PgvectorSchema">The schema of the extension vector, unquoted; null where it is not.</param>
/// <param name="Warning">What is wrong with pgvector, with the remedy, or null.</param>
public sealed record SchemaStatus(
    IReadOnlyList<string> Applied,
    IReadOnlyList<string> Pending,
    IReadOnlyList<string> Unknown,
    bool FunctionsCurrent,
    string ServerVersion,
    string? PgvectorVersion,
    string? PgvectorSchema,
    string? Warning)
{
    /// <summary>Whether there is a catalog.</summary>
    public bool IsInstalled => Applied.Count + Unknown.Count > 0;

    /// <summary>Whether the database is newer than this library, which then leaves it alone.</summary>
    public bool IsNewer => Unknown.Count > 0;

    /// <summary>Whether <see cref="SchemaMigrator.UpAsync"/> has nothing to do.</summary>
    public bool IsCurrent => Pending.Count == 0 && !IsNewer && FunctionsCurrent;
}
