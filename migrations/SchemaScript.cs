namespace PgEmbed.Migrations;

/// <summary>The SQL around the migrations.</summary>
internal static class SchemaScript
{
    /// <summary>Checks server, extension and schemas, and creates the extension where it is missing.</summary>
    internal static string Preflight { get; } = EmbeddedSql.Read("sql/preflight.sql")
        .Replace("@pgvector_minimum@", PgvectorVersion.Minimum.ToString(), StringComparison.Ordinal)
        .Replace("@pgvector_advised@", PgvectorVersion.Advised.ToString(), StringComparison.Ordinal);

    /// <summary>Drops the stores and what is generated for collections; refused while there are any, unless told.</summary>
    internal static string DropStores { get; } = EmbeddedSql.Read("sql/drop_stores.sql");

    /// <summary>What remains when EF Core has reverted all migrations; refused where anything else is there.</summary>
    internal static string DropHistory { get; } =
        $"""
        DROP TABLE {SchemaContext.HistorySchema}.{SchemaContext.HistoryTable};
        DROP SCHEMA {SchemaContext.HistorySchema};

        """;

    /// <summary>Drops functions by their signatures, all at once since they may need each other.</summary>
    internal static string DropFunctions(IEnumerable<string> signatures)
    {
        var list = string.Join(",\n    ", signatures);
        return list.Length == 0 ? "" : $"DROP FUNCTION IF EXISTS\n    {list};\n";
    }

    /// <summary>Creates or replaces all functions, drops those that are no more, and records what the database has.</summary>
    internal static string InstallFunctions(FunctionsSetting? before, string vectorSchema) =>
        $"""
        {DropFunctions((before?.Signatures ?? []).Except(SqlFunctions.Signatures))}
        {EmbeddedSql.WithVectorSchema(SqlFunctions.Text, vectorSchema)}
        INSERT INTO pgembed.setting (name, value) VALUES ('functions', '{SqlFunctions.Setting}')
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now();

        """;

    /// <summary>
    /// The script as one statement, which the server takes apart: the driver, which otherwise does, ends some SQL
    /// function bodies (<c>BEGIN ATOMIC</c> after a comment, or with a CASE in it) at their first semicolon. What still
    /// needs an object that is dropped is named in the message, since the driver may hide an error's detail.
    /// </summary>
    internal static string AsOneStatement(string script) =>
        $"""
        DO $one_statement$
        DECLARE
            message text;
            detail  text;
        BEGIN
            EXECUTE $script$
        {script}
        $script$;
        EXCEPTION
            WHEN dependent_objects_still_exist THEN
                GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
                RAISE EXCEPTION USING ERRCODE = 'PE015',
                    MESSAGE = pg_catalog.format('Expected nothing else to need PgEmbed''s schema, but the server says: '
                        '%s: %s.', message, pg_catalog.replace(detail, E'\n', '; ')),
                    HINT = 'Nothing was changed. Drop these objects or move them elsewhere, then run this again.';
        END
        $one_statement$
        """;
}
