SELECT pgembed.version();
-- It is the newest of the history.
SELECT pgembed.version() = max("MigrationId" COLLATE "C") AS newest FROM pgembed.migration_history;
