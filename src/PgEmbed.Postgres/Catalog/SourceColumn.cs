namespace PgEmbed.Postgres.Catalog;

/// <summary>A column of the table whose text is embedded.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as SQL writes it, with schema where needed and with modifiers: <c>character varying(40)</c>.</param>
/// <param name="TypeName">The type's name for Npgsql: <c>schema.name</c>, without modifiers.</param>
/// <param name="Nullable">Whether it may hold NULL.</param>
/// <param name="Generated">Whether the server computes it from other columns, so that it can't be written.</param>
/// <param name="AlwaysIdentity">Whether it is GENERATED ALWAYS AS IDENTITY: it can be inserted, not updated.</param>
/// <param name="Collation">Its collation, quoted and with its schema, where that is not its type's own; else null.</param>
/// <param name="LooseCollation">Whether its collation takes texts for equal that are not the same, byte by byte.</param>
public sealed record SourceColumn(
    string Name,
    string Type,
    string TypeName,
    bool Nullable,
    bool Generated,
    bool AlwaysIdentity,
    string? Collation,
    bool LooseCollation);
