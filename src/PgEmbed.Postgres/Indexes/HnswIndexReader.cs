using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes;

/// <summary>Reads what HNSW indexes there are from the server's catalog.</summary>
internal static class HnswIndexReader
{
    // Who builds is told by the lock: everyone may see it, but pg_stat_progress_create_index only the role itself.
    private const string Select =
        """
        SELECT i.oid, n.nspname, i.relname, t.relname, pg_catalog.pg_get_indexdef(i.oid, 1, false), oc.opcname,
               ia.atttypmod, pg_catalog.pg_get_expr(x.indpred, x.indrelid), i.reloptions, x.indisvalid,
               (SELECT l.pid FROM pg_catalog.pg_locks l
                WHERE l.locktype = 'relation' AND l.relation = t.oid AND l.granted
                  AND l.mode = 'ShareUpdateExclusiveLock' AND l.pid <> pg_catalog.pg_backend_pid()
                  AND l.database = (SELECT oid FROM pg_catalog.pg_database
                                    WHERE datname = pg_catalog.current_database())
                  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a
                                  WHERE a.pid = l.pid AND a.backend_type = 'autovacuum worker') LIMIT 1),
               pg_catalog.pg_relation_size(i.oid), COALESCE(s.idx_scan, 0), t.reltuples::double precision,
               t.oid, COALESCE(h.inhparent, 0), i.relkind = 'I', ta.attname,
               ARRAY(SELECT da.attname::text FROM pg_catalog.pg_depend d
                     JOIN pg_catalog.pg_attribute da ON da.attrelid = t.oid AND da.attnum = d.refobjsubid
                     WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.oid
                       AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = t.oid
                       AND d.refobjsubid > 0),
        """;

    private const string From =
        """
        FROM pg_catalog.pg_index x
        JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
        JOIN pg_catalog.pg_am am ON am.oid = i.relam AND am.amname = 'hnsw'
        JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
        JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
        JOIN pg_catalog.pg_opclass oc ON oc.oid = x.indclass[0]
        JOIN pg_catalog.pg_attribute ia ON ia.attrelid = i.oid AND ia.attnum = 1
        LEFT JOIN pg_catalog.pg_attribute ta ON ta.attrelid = t.oid AND ta.attnum = x.indkey[0] AND ta.attnum > 0
        LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.oid
        LEFT JOIN pg_catalog.pg_stat_all_indexes s ON s.indexrelid = i.oid
        """;

    // A store's partitions are the store's, too.
    private const string Stores =
        """
        LEFT JOIN pgembed.store st ON n.nspname = 'pgembed_store' AND st.table_name = (
            SELECT r.relname FROM pg_catalog.pg_class r
            WHERE r.oid = COALESCE(pg_catalog.pg_partition_root(t.oid), t.oid))
        LEFT JOIN pgembed.collection c ON c.collection_id = st.collection_id
        """;

    /// <summary>All of the database, those of partitions under their parents.</summary>
    public static Task<IReadOnlyList<HnswIndex>> ListAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ReadAsync(connection, null, cancellationToken);

    /// <summary>Those of one table, and of its partitions under them.</summary>
    public static Task<IReadOnlyList<HnswIndex>> OfTableAsync(
        NpgsqlConnection connection, string tableSql, CancellationToken cancellationToken) =>
        ReadAsync(connection, tableSql, cancellationToken);

    private static async Task<IReadOnlyList<HnswIndex>> ReadAsync(
        NpgsqlConnection connection, string? tableSql, CancellationToken cancellationToken)
    {
        var catalog = await HasCatalogAsync(connection, cancellationToken).ConfigureAwait(false);
        var sql = Select
            + (catalog ? " c.name, st.store_id " : " NULL::text, NULL::integer ")
            + From + "\n"
            + (catalog ? Stores : "")
            + (tableSql is null
                ? ""
                : """

                  WHERE t.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1::text::pg_catalog.regclass)
                                  UNION ALL SELECT $1::text::pg_catalog.regclass)
                  """)
            + " ORDER BY n.nspname, t.relname, i.relname";
        var found = new List<HnswIndex>();
        var command = tableSql is null ? connection.Command(sql) : connection.Command(sql, tableSql);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    found.Add(Read(reader));
            }
        }

        // Of a partition asked for by itself, the parent is not among them.
        var oids = found.Select(i => i.Oid).ToHashSet();
        return [.. found.Where(i => !oids.Contains(i.ParentOid)).Select(i => WithPartitions(i, found))];
    }

    private static async Task<bool> HasCatalogAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.Command(
            """
            SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND EXISTS (
                SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'store'
                AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))
            FROM pg_catalog.pg_namespace n WHERE n.nspname = 'pgembed'
            """);
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private static HnswIndex Read(NpgsqlDataReader reader)
    {
        var options = reader.IsDBNull(8) ? [] : reader.GetFieldValue<string[]>(8);
        var valid = reader.GetBoolean(9);
        var building = valid || reader.IsDBNull(10) ? (int?)null : reader.GetInt32(10);
        var table = reader.GetString(3);
        var store = reader.IsDBNull(20) ? (int?)null : reader.GetInt32(20);
        var name = reader.GetString(2);
        return new HnswIndex
        {
            Oid = reader.GetFieldValue<uint>(0),
            Schema = reader.GetString(1),
            Name = name,
            Table = table,
            Expression = reader.GetString(4),
            OperatorClass = HnswOperatorClass.Find(reader.GetString(5)),
            Dimensions = reader.GetInt32(6),
            Filter = reader.IsDBNull(7) ? null : reader.GetString(7),
            M = Option("m", 16),
            EfConstruction = Option("ef_construction", 64),
            State = valid ? HnswIndexState.Valid : building is null ? HnswIndexState.Invalid : HnswIndexState.Building,
            BuildingProcessId = building,
            Bytes = reader.GetInt64(11),
            Scans = reader.GetInt64(12),
            TableRows = reader.GetDouble(13),
            TableOid = reader.GetFieldValue<uint>(14),
            ParentOid = reader.GetFieldValue<uint>(15),
            IsPartitioned = reader.GetBoolean(16),
            Column = reader.IsDBNull(17) ? null : reader.GetString(17),
            Collection = reader.IsDBNull(19) ? null : reader.GetString(19),
            StoreId = store,
            IsOurs = IndexNames.IsOurs(name, table, store is null ? reader.GetFieldValue<string[]>(18) : null),
        };

        int Option(string option, int standard) =>
            options.FirstOrDefault(o => o.StartsWith(option + "=", StringComparison.Ordinal)) is { } set
                ? int.Parse(set.AsSpan(option.Length + 1), CultureInfo.InvariantCulture)
                : standard;
    }

    private static HnswIndex WithPartitions(HnswIndex index, List<HnswIndex> all)
    {
        if (!index.IsPartitioned)
            return index;
        HnswIndex[] partitions =
            [.. all.Where(other => other.ParentOid == index.Oid).Select(other => WithPartitions(other, all))];
        return index with
        {
            Partitions = partitions,
            Bytes = partitions.Sum(p => p.Bytes),
            Scans = partitions.Sum(p => p.Scans),
            BuildingProcessId = index.State == HnswIndexState.Valid ? null : index.BuildingProcessId,
        };
    }
}
