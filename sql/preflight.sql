-- What must hold before PgEmbed is installed: a server and a pgvector that are new enough, and both schemas empty.
-- Creates the extension vector where it is missing and may be created.
DO $preflight$
DECLARE
    installed text := (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector');
    available text := (SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'vector');
    version   integer[];
    leftover  text;
BEGIN
    IF pg_catalog.to_regclass('pgembed.migration_history') IS NOT NULL THEN
        IF EXISTS (SELECT FROM pgembed.migration_history) THEN
            RAISE EXCEPTION USING ERRCODE = 'PE013',
                MESSAGE = pg_catalog.format('Expected a database without PgEmbed, but it is installed in %s already.',
                    pg_catalog.current_database()),
                HINT = 'Nothing was changed. pgembed schema up upgrades it.';
        END IF;
    END IF;

    IF pg_catalog.current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE010',
            MESSAGE = pg_catalog.format('Expected PostgreSQL 15 or newer, got %s.',
                pg_catalog.current_setting('server_version')),
            HINT = 'Upgrade the server, or use another.';
    END IF;

    IF installed IS NULL AND available IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE011',
            MESSAGE = 'Expected the extension vector (pgvector), but the server does not have it.',
            HINT = 'Install pgvector @pgvector_advised@ or newer on the server (Debian and Ubuntu: '
                'the package postgresql-<version>-pgvector), then run this again.';
    END IF;

    version := pg_catalog.string_to_array(
        pg_catalog.substring(coalesce(installed, available), '^[0-9.]*[0-9]'), '.')::integer[];
    IF version < pg_catalog.string_to_array('@pgvector_minimum@', '.')::integer[] THEN
        RAISE EXCEPTION USING ERRCODE = 'PE012',
            MESSAGE = pg_catalog.format('Expected pgvector @pgvector_minimum@ or newer, got %s.',
                coalesce(installed, available)),
            HINT = 'Install pgvector @pgvector_advised@ or newer on the server, then run '
                'ALTER EXTENSION vector UPDATE in this database.';
    ELSIF version < pg_catalog.string_to_array('@pgvector_advised@', '.')::integer[] THEN
        RAISE WARNING USING
            MESSAGE = pg_catalog.format('pgvector %s works, but has known faults in building and vacuuming '
                'HNSW indexes.', coalesce(installed, available)),
            HINT = 'Install pgvector @pgvector_advised@ or newer on the server, then run '
                'ALTER EXTENSION vector UPDATE in this database.';
    END IF;

    SELECT pg_catalog.string_agg(pg_catalog.pg_describe_object(classid, objid, objsubid), ', ' ORDER BY classid, objid)
    INTO leftover
    FROM pg_catalog.pg_depend
    WHERE refclassid = 'pg_catalog.pg_namespace'::regclass
        AND refobjid IN (pg_catalog.to_regnamespace('pgembed'), pg_catalog.to_regnamespace('pgembed_store'));
    IF leftover IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE013',
            MESSAGE = 'Expected the schemas pgembed and pgembed_store to be absent or empty, found ' || leftover || '.',
            HINT = 'They belong to PgEmbed alone: move what is in them elsewhere, or drop it.';
    END IF;

    IF installed IS NULL THEN
        IF pg_catalog.to_regnamespace('public') IS NULL THEN
            CREATE EXTENSION vector;
        ELSE
            CREATE EXTENSION vector SCHEMA public;
        END IF;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION USING ERRCODE = 'PE011',
            MESSAGE = pg_catalog.format('Expected the extension vector (pgvector) in database %s, and the role %s may '
                'not create it.', pg_catalog.current_database(), current_user),
            HINT = 'Have a superuser run CREATE EXTENSION vector in this database, then run this again.';
END
$preflight$;
