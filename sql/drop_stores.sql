-- Drops what PgEmbed made for each collection, before its functions and catalog go. Refused while there are
-- collections, whose vectors would be lost, unless pgembed.drop_collections is on.
DO $drop_stores$
DECLARE
    live text;
    item record;
BEGIN
    -- No collection comes to be between the check and the end.
    LOCK TABLE pgembed.collection IN SHARE ROW EXCLUSIVE MODE;
    SELECT pg_catalog.string_agg(name, ', ' ORDER BY name COLLATE "C") INTO live FROM pgembed.collection;
    IF live IS NOT NULL AND pg_catalog.current_setting('pgembed.drop_collections', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION USING ERRCODE = 'PE014',
            MESSAGE = pg_catalog.format('Expected no collection, found %s: their vectors would be lost.', live),
            HINT = 'Drop them first, or force it (in SQL: SET pgembed.drop_collections = on).';
    END IF;
    FOR item IN
        SELECT p.oid::pg_catalog.regprocedure AS signature
        FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'pgembed_store'::pg_catalog.regnamespace
            AND p.proname LIKE 'nearest\_%'
            AND p.pronargs = 1
            AND p.proargtypes[0] = 'pgembed.space_vector'::pg_catalog.regtype
    LOOP
        EXECUTE pg_catalog.format('DROP FUNCTION %s', item.signature);
    END LOOP;
    FOR item IN
        SELECT r.oid::pg_catalog.regclass AS name
        FROM pgembed.store s
            JOIN pg_catalog.pg_class r ON r.relname = s.table_name
                AND r.relnamespace = 'pgembed_store'::pg_catalog.regnamespace
    LOOP
        EXECUTE pg_catalog.format('DROP TABLE %s', item.name);
    END LOOP;
    FOR item IN
        SELECT r.oid::pg_catalog.regclass AS name
        FROM pgembed.text_index x
            JOIN pg_catalog.pg_class r ON r.relname = x.table_name
                AND r.relnamespace = 'pgembed_store'::pg_catalog.regnamespace
    LOOP
        EXECUTE pg_catalog.format('DROP TABLE %s', item.name);
    END LOOP;
END
$drop_stores$;
