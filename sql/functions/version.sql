CREATE OR REPLACE FUNCTION pgembed.version()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT "MigrationId"::text FROM pgembed.migration_history ORDER BY "MigrationId" COLLATE "C" DESC LIMIT 1;
END;

COMMENT ON FUNCTION pgembed.version() IS
    'The newest migration that was applied to this schema.';
