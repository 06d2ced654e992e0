using Npgsql;

namespace PgEmbed.Migrations;

/// <summary>Reads how a database's schema stands.</summary>
internal static class SchemaReader
{
    internal static async Task<SchemaStatus> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Whether EF's history is there is asked first, since a statement that names a missing table fails.
        var server = await ReadArrayAsync(
            connection,
            """
            SELECT ARRAY[current_setting('server_version'), e.extversion, n.nspname, h.attname]
            FROM (VALUES (1)) AS one
                LEFT JOIN pg_extension e ON e.extname = 'vector'
                LEFT JOIN pg_namespace n ON n.oid = e.extnamespace
                LEFT JOIN pg_attribute h
                    ON h.attrelid = to_regclass('pgembed.migration_history') AND h.attname = 'MigrationId'
            """,
            cancellationToken).ConfigureAwait(false);
        var (serverVersion, pgvectorVersion, pgvectorSchema, history) = (server[0]!, server[1], server[2], server[3]);

        var applied = history is null
            ? []
            : await ReadArrayAsync(
                connection,
                """
                SELECT coalesce(array_agg("MigrationId"::text ORDER BY "MigrationId" COLLATE "C"), '{}')
                FROM pgembed.migration_history
                """,
                cancellationToken).ConfigureAwait(false);
        // The fingerprint of the functions that the database was given, where none of them is missing.
        var functions = applied is []
            ? []
            : await ReadArrayAsync(
                connection,
                """
                SELECT coalesce(array_agg(s.value ->> 'fingerprint'), '{}')
                FROM pgembed.setting s
                WHERE s.name = 'functions' AND NOT EXISTS (
                    SELECT FROM jsonb_array_elements_text(s.value -> 'signatures') AS signature
                    WHERE to_regprocedure(signature) IS NULL)
                """,
                cancellationToken).ConfigureAwait(false);

        var known = SqlFileMigrationsAssembly.Ids;
        return new SchemaStatus(
            [.. known.Where(applied.Contains)],
            [.. known.Where(id => !applied.Contains(id))],
            [.. applied.Where(id => !known.Contains(id)).OfType<string>()],
            functions.Contains(SqlFunctions.Fingerprint),
            serverVersion,
            pgvectorVersion,
            pgvectorSchema,
            PgvectorSupport.Complaint(pgvectorVersion));
    }

    private static async Task<string?[]> ReadArrayAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return (string?[])(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
