using Dapper;
using Npgsql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// Finds the transactions that CREATE INDEX CONCURRENTLY on a table waits for: before it builds, those that hold a lock
/// on the table which conflicts with SHARE; at its end, all of the database that still hold a snapshot from before.
/// </summary>
internal static class BlockingTransactions
{
    private const string Sql =
        """
        WITH locks AS (
            SELECT DISTINCT l.pid, l.virtualtransaction FROM pg_catalog.pg_locks l
            WHERE l.locktype = 'relation' AND l.granted
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
              AND l.relation IN (SELECT relid FROM pg_catalog.pg_partition_tree(@table::pg_catalog.regclass)
                                 UNION SELECT @table::pg_catalog.regclass)
              AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                             'AccessExclusiveLock'))
        SELECT a.pid AS "ProcessId", a.usename::text AS "Role", NULLIF(a.application_name, '') AS "Application",
               a.xact_start AS "Since", a.state AS "State", NULLIF(a.query, '') AS "Statement",
               EXISTS (SELECT FROM locks WHERE locks.pid = a.pid) AS "HoldsLock"
        FROM pg_catalog.pg_stat_activity a
        WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
          AND a.backend_type IS DISTINCT FROM 'autovacuum worker'
          AND (a.backend_xmin IS NOT NULL OR EXISTS (SELECT FROM locks WHERE locks.pid = a.pid))
        UNION ALL
        SELECT NULL, p.owner::text, NULL, p.prepared, 'prepared', 'PREPARE TRANSACTION ' || pg_catalog.quote_literal(p.gid),
               EXISTS (SELECT FROM locks WHERE locks.pid IS NULL AND locks.virtualtransaction = '-1/' || p.transaction)
        FROM pg_catalog.pg_prepared_xacts p
        WHERE p.database = pg_catalog.current_database()
        ORDER BY "Since" NULLS LAST, "ProcessId"
        """;

    public static async Task<IReadOnlyList<BlockingTransaction>> ReadAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<BlockingTransaction>(
            new CommandDefinition(Sql, new { table }, cancellationToken: cancellationToken)).ConfigureAwait(false))
        .AsList();
}
