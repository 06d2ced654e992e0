using Dapper;
using Npgsql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>Reads what tables a table is made of, and what is in them.</summary>
internal static class TablePartReader
{
    /// <summary>The table itself and, where it is partitioned, all below it, the topmost first.</summary>
    /// <exception cref="PgEmbedException">The table is gone.</exception>
    public static async Task<IReadOnlyList<TablePart>> ReadAsync(
        NpgsqlConnection connection, IndexTarget target, CancellationToken cancellationToken)
    {
        var parts = (await connection.QueryAsync<TablePart>(new CommandDefinition(
            """
            SELECT n.nspname::text AS "Schema", c.relname::text AS "Name",
                   c.oid AS "Oid", COALESCE(p.parentrelid::pg_catalog.oid, 0) AS "ParentOid",
                   p.level AS "Level", c.relkind = 'p' AS "Partitioned",
                   pg_catalog.pg_relation_size(c.oid) / 8192 AS "Pages",
                   COALESCE((SELECT option_value::integer FROM pg_catalog.pg_options_to_table(c.reloptions)
                             WHERE option_name = 'parallel_workers'), -1) AS "ParallelWorkers",
                   c.relpersistence = 't' AS "Temporary"
            FROM (SELECT pg_catalog.to_regclass(@table) AS relid, NULL::pg_catalog.regclass AS parentrelid, 0 AS level
                  UNION ALL
                  SELECT relid, parentrelid, level FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(@table))
                  WHERE level > 0) p
            JOIN pg_catalog.pg_class c ON c.oid = p.relid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            ORDER BY p.level, n.nspname, c.relname
            """,
            new { table = target.TableSql },
            cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList();
        return parts.Count > 0
            ? parts
            : throw new PgEmbedException($"Expected table {target.TableSql}, found that it is gone.");
    }

    /// <summary>How many vectors an index on the part will have, and how large they are.</summary>
    /// <exception cref="PgEmbedException">A sparse vector has more values than an index takes.</exception>
    public static async Task<(long Rows, double ValueBytes)> MeasureAsync(
        NpgsqlConnection connection, TablePart part, IndexTarget target, CancellationToken cancellationToken)
    {
        var column = Sql.SqlName.Quote(target.Column);
        var sparse = target.OperatorClass.Type == IndexedType.Sparsevec;
        // The stored size of a sparse vector tells how many values it has, without reading them: 12 bytes and 8 for each,
        // beside a header of up to 4 bytes.
        var sizes = sparse
            ? $"avg(pg_catalog.pg_column_size({column}))::float8, max(pg_catalog.pg_column_size({column}))"
            : "0::float8, 0";
        var (rows, average, largest) = await connection.QuerySingleAsync<(long, double?, int?)>(new CommandDefinition(
            $"SELECT count(*), {sizes} FROM ONLY {part.Sql} WHERE {column} IS NOT NULL"
            + (target.Filter is null ? "" : $" AND (\n{target.Filter}\n)"),
            commandTimeout: 0,
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        if (!sparse)
            return (rows, target.OperatorClass.Type.ValueBytes(target.Dimensions));
        HnswLimits.MustFitNonZero(((largest ?? 0) - 12) / 8, target.TableSql);
        return (rows, (average ?? 0) + 4);
    }
}
