using Dapper;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Reads what the server knows of a user's table, and checks a definition against it.</summary>
internal static class SourceTableReader
{
    private static readonly string[] TextTypes =
        ["pg_catalog.text", "pg_catalog.varchar", "pg_catalog.name", "citext"];

    /// <exception cref="PgEmbedException">There is no such table.</exception>
    public static async Task<SourceTable> ReadAsync(
        NpgsqlConnection connection, string schema, string table, CancellationToken cancellationToken)
    {
        // format_type leaves out a schema that is on the search_path, so only its modifiers are taken from it.
        var columns = (await connection.QueryAsync<SourceColumn>(new CommandDefinition(
            """
            SELECT a.attname AS "Name",
                   CASE WHEN tn.nspname = 'pg_catalog' THEN pg_catalog.format_type(a.atttypid, a.atttypmod)
                        ELSE pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.typname)
                             || COALESCE(pg_catalog.substring(
                                    pg_catalog.format_type(a.atttypid, a.atttypmod), '\([^()]*\)$'), '')
                   END AS "Type",
                   bn.nspname || '.' || b.typname AS "TypeName",
                   NOT a.attnotnull AS "Nullable",
                   a.attgenerated <> '' AS "Generated", a.attidentity = 'a' AS "AlwaysIdentity",
                   CASE WHEN a.attcollation <> t.typcollation
                        THEN pg_catalog.quote_ident(ln.nspname) || '.' || pg_catalog.quote_ident(l.collname)
                   END AS "Collation",
                   NOT COALESCE(l.collisdeterministic, true) AS "LooseCollation"
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
            JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
            JOIN pg_catalog.pg_namespace bn ON bn.oid = b.typnamespace
            LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
            LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
            WHERE n.nspname = @schema AND c.relname = @table AND c.relkind IN ('r', 'p')
            ORDER BY a.attnum
            """,
            new { schema, table },
            cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList();
        if (columns.Count == 0)
            throw new PgEmbedException(
                $"Expected a table {SqlName.Qualify(schema, table)} in database '{connection.Database}', found none.",
                "Names are taken as they are written, capitals included.");
        return new SourceTable(
            schema,
            table,
            [.. columns]);
    }

    /// <exception cref="PgEmbedException">The columns don't exist or can't be what the definition makes of them.</exception>
    public static async Task CheckAsync(
        NpgsqlConnection connection,
        SourceTable source,
        CollectionDefinition definition,
        CancellationToken cancellationToken)
    {
        foreach (var name in definition.TextColumns)
        {
            var column = source.Column(name);
            if (!TextTypes.Any(type => column.TypeName == type
                || column.TypeName.EndsWith("." + type, StringComparison.Ordinal)))
                throw new PgEmbedException(
                    $"Expected text column {SqlName.Quote(name)} of type text or character varying, "
                    + $"found {column.Type}.",
                    "Add a generated column that casts it to text, and name that.");
        }

        foreach (var name in definition.KeyColumns)
            source.Column(name);
        foreach (var name in definition.CarriedColumns)
            source.Column(name);
        if (!await IsUniqueAsync(connection, source, definition.KeyColumns, cancellationToken).ConfigureAwait(false))
            throw new PgEmbedException(
                $"Expected a primary key or a unique index on just ({SqlName.List(definition.KeyColumns)}) of "
                + $"{source.Sql}, all NOT NULL, found none.",
                "A row's vector is found by its key: add one, or name the columns that have one.");
    }

    /// <summary>Whether there is one row at most for each combination of values of some columns, and no NULL in them.</summary>
    public static Task<bool> IsUniqueAsync(
        NpgsqlConnection connection,
        SourceTable source,
        IEnumerable<string> columns,
        CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            SELECT EXISTS (
                SELECT FROM pg_catalog.pg_index i
                WHERE i.indrelid = @table::pg_catalog.regclass AND i.indisunique AND i.indisvalid
                  AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate
                  AND (SELECT pg_catalog.array_agg(a.attname::text ORDER BY a.attname::text COLLATE "C")
                       FROM pg_catalog.pg_attribute a
                       WHERE a.attrelid = i.indrelid AND a.attnotnull
                         AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])) = @keys)
            """,
            new { table = source.Sql, keys = columns.Order(StringComparer.Ordinal).ToArray() },
            cancellationToken: cancellationToken));
}
