using System.Text.Json;
using Npgsql;

namespace PgEmbed.Migrations;

/// <summary>What a database says of its schema.</summary>
internal sealed record SchemaState(
    string ServerVersion,
    string? PgvectorVersion,
    string? PgvectorSchema,
    IReadOnlyList<string> Applied,
    FunctionsSetting? Functions,
    bool FunctionsComplete)
{
    internal static async Task<SchemaState> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Whether EF's history is there is asked first, since a statement that names a missing table fails.
        var server = await ReadOneAsync(
            connection,
            """
            SELECT ARRAY[current_setting('server_version'), e.extversion, n.nspname, h.attname]
            FROM (VALUES (1)) AS one
                LEFT JOIN pg_attribute h
                    ON h.attrelid = to_regclass('pgembed.migration_history') AND h.attname = 'MigrationId'
                LEFT JOIN pg_extension e ON e.extname = 'vector'
                LEFT JOIN pg_namespace n ON n.oid = e.extnamespace
            """,
            cancellationToken).ConfigureAwait(false);
        var applied = server[3] is null
            ? []
            : await ReadOneAsync(
                connection,
                """
                SELECT coalesce(array_agg("MigrationId"::text ORDER BY "MigrationId" COLLATE "C"), '{}')
                FROM pgembed.migration_history
                """,
                cancellationToken).ConfigureAwait(false);
        var functions = applied is []
            ? [null, null]
            : await ReadOneAsync(
                connection,
                """
                SELECT ARRAY[max(s.value::text), bool_and(to_regprocedure(signature) IS NOT NULL)::text]
                FROM pgembed.setting s, jsonb_array_elements_text(s.value -> 'signatures') AS signature
                WHERE s.name = 'functions'
                """,
                cancellationToken).ConfigureAwait(false);
        return new SchemaState(
            server[0]!,
            server[1],
            server[2],
            applied!,
            functions[0] is { } json
                ? JsonSerializer.Deserialize<FunctionsSetting>(json, JsonSerializerOptions.Web)
                : null,
            functions[1] == "true");
    }

    /// <summary>The same, against what this library brings.</summary>
    internal SchemaStatus Compare()
    {
        var known = SqlFileMigrationsAssembly.Ids;
        return new SchemaStatus(
            [.. Applied.Where(known.Contains)],
            [.. known.Where(id => !Applied.Contains(id))],
            [.. Applied.Where(id => !known.Contains(id))],
            FunctionsComplete && Functions?.Fingerprint == SqlFunctions.Fingerprint,
            ServerVersion,
            PgvectorVersion,
            PgvectorSchema,
            PgvectorVersion is null
                ? "The extension vector is not in this database. Install pgvector "
                    + $"{PgvectorSupport.Advised} or newer on the server; it is created with the schema."
                : PgvectorSupport.Complaint(PgvectorSupport.Parse(PgvectorVersion)));
    }

    private static async Task<string?[]> ReadOneAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return (string?[])(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
