using System.Text.Json;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace PgEmbed.Migrations;

/// <summary>The SQL around the migrations, and all of it as scripts for psql.</summary>
internal static class SchemaScript
{
    /// <summary>One change at a time in a database: waits for the one that is under way.</summary>
    /// <remarks>The number is 'pgembed' in ASCII; any will do that no one else takes.</remarks>
    internal const string Lock =
        "DO $lock$ BEGIN PERFORM pg_catalog.pg_advisory_xact_lock(x'7067656D626564'::bigint); END $lock$;\n";

    /// <summary>So that every name is found where it is meant to be, whatever path the caller has.</summary>
    internal const string EmptySearchPath = "SET LOCAL search_path = '';\n";

    /// <summary>Checks server, extension and schemas, and creates the extension where it is missing.</summary>
    internal static string Preflight { get; } = EmbeddedSql.Read("sql/preflight.sql")
        .Replace("@pgvector_minimum@", PgvectorSupport.Minimum.ToString(), StringComparison.Ordinal)
        .Replace("@pgvector_advised@", PgvectorSupport.Advised.ToString(), StringComparison.Ordinal);

    /// <summary>
    /// Drops the stores and what is generated for collections; refused while there are any, unless told.
    /// </summary>
    internal static string DropStores { get; } = EmbeddedSql.Read("sql/drop_stores.sql");

    /// <summary>What remains when EF Core has reverted all migrations; refused where anything else is there.</summary>
    internal static string DropHistory { get; } =
        $"""
        DROP TABLE {SchemaContext.HistorySchema}.{SchemaContext.HistoryTable};
        DROP SCHEMA {SchemaContext.HistorySchema};

        """;

    /// <summary>Drops the functions that the database was given, but for those with these signatures.</summary>
    internal static string DropFunctions(IEnumerable<string> kept) =>
        EmbeddedSql.Read("sql/drop_functions.sql")
            .Replace("@kept@", JsonSerializer.Serialize(kept), StringComparison.Ordinal);

    /// <summary>Creates or replaces all functions and records them.</summary>
    internal static string CreateFunctions { get; } =
        $"""
        {SqlFunctions.Text}
        INSERT INTO pgembed.setting (name, value) VALUES ('functions', '{SqlFunctions.Setting}')
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now();

        """;

    /// <summary>
    /// The script as one statement, which the server takes apart: the driver, which otherwise does, ends the
    /// <c>BEGIN ATOMIC</c> body of a function that follows a comment at its first semicolon. What still needs an object
    /// that is dropped is named in the message, since the driver may hide an error's detail.
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

    /// <summary>The whole way up, for psql.</summary>
    internal static string Up() =>
        $"""
        -- Installs PgEmbed in a database that does not have it, through psql alone:
        --     psql -f install.sql
        -- Made from migrations/ and sql/ by `pgembed schema script up > sql/install.sql`: change those, not this.
        \set ON_ERROR_STOP on
        \set QUIET on
        BEGIN;
        {Lock}
        {Preflight}
        SELECT nspname AS vector_schema
        FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
        WHERE extname = 'vector' \gset
        {EmptySearchPath}
        {ForPsql(Generate(Migration.InitialDatabase, null))}
        {ForPsql(CreateFunctions)}
        COMMIT;
        \set QUIET off
        \echo PgEmbed is installed.

        """;

    /// <summary>The whole way down, for psql.</summary>
    internal static string Down() =>
        $"""
        -- Removes PgEmbed from a database, through psql alone. User tables, roles and the extension vector stay.
        \set ON_ERROR_STOP on
        \set QUIET on
        BEGIN;
        {Lock}{EmptySearchPath}
        {DropStores}
        {DropFunctions([])}
        {ForPsql(Generate(SqlFileMigrationsAssembly.Ids.Last(), Migration.InitialDatabase))}
        {DropHistory}
        COMMIT;
        \set QUIET off
        \echo PgEmbed is removed.

        """;

    // psql quotes the variable by itself.
    private static string ForPsql(string sql) => EmbeddedSql.WithVectorSchema(sql, ":\"vector_schema\"");

    private static string Generate(string from, string? to)
    {
        using var connection = new NpgsqlConnection();
        using var context = new SchemaContext(connection, sql => sql);
        return context.GetService<IMigrator>()
            .GenerateScript(from, to, MigrationsSqlGenerationOptions.NoTransactions)
            .ReplaceLineEndings("\n");
    }
}
