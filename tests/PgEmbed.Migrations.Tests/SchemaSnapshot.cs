using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

/// <summary>All that a database holds, one line each, to see what a change left behind.</summary>
internal static class SchemaSnapshot
{
    public static Task<List<string>> TakeAsync(TestDatabase database) => database.DataSource.ListAsync(
        """
        SELECT object FROM (
            SELECT pg_describe_object('pg_namespace'::regclass, oid, 0) FROM pg_namespace
            WHERE nspname !~ '^pg_(toast_)?temp'
            UNION ALL SELECT pg_describe_object('pg_class'::regclass, oid, 0) FROM pg_class
            WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
            UNION ALL SELECT pg_describe_object('pg_proc'::regclass, oid, 0) FROM pg_proc
            WHERE pronamespace <> 'pg_catalog'::regnamespace
            UNION ALL SELECT pg_describe_object('pg_type'::regclass, oid, 0) FROM pg_type
            WHERE typnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
            UNION ALL SELECT 'extension ' || extname || ' ' || extversion FROM pg_extension
            UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
        ) AS objects (object)
        ORDER BY object COLLATE "C"
        """);
}
