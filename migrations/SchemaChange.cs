namespace PgEmbed.Migrations;

/// <summary>What <see cref="SchemaMigrator"/> did to a database.</summary>
/// <param name="Applied">The migrations that were applied, oldest first.</param>
/// <param name="Reverted">The migrations that were reverted, newest first.</param>
/// <param name="FunctionsInstalled">Whether the SQL functions were installed or replaced.</param>
/// <param name="ExtensionCreated">Whether the extension vector was created.</param>
/// <param name="Warning">What the operator should know about the server's pgvector, with the remedy, or null.</param>
public sealed record SchemaChange(
    IReadOnlyList<string> Applied,
    IReadOnlyList<string> Reverted,
    bool FunctionsInstalled,
    bool ExtensionCreated,
    string? Warning)
{
    /// <summary>Whether there was nothing to do.</summary>
    public bool IsEmpty => Applied.Count == 0 && Reverted.Count == 0 && !FunctionsInstalled && !ExtensionCreated;
}
