CREATE OR REPLACE FUNCTION pgembed.drop_text_index(collection text)
RETURNS boolean
LANGUAGE plpgsql
AS $function$
DECLARE
    made    record;
    store   regclass;
    event   text;
BEGIN
    SELECT x.collection_id, x.table_name INTO made
    FROM pgembed.collection c
        JOIN pgembed.text_index x USING (collection_id)
    WHERE c.name = drop_text_index.collection;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOR store IN
        SELECT pg_catalog.to_regclass(pg_catalog.format('pgembed_store.%I', s.table_name))
        FROM pgembed.store s
        WHERE s.collection_id = made.collection_id
    LOOP
        FOR event IN
            SELECT t.tgname
            FROM pg_catalog.pg_trigger t
            WHERE t.tgrelid = store AND t.tgfoid = 'pgembed.store_changed()'::regprocedure
        LOOP
            EXECUTE pg_catalog.format('DROP TRIGGER %I ON %s', event, store);
        END LOOP;
    END LOOP;
    EXECUTE pg_catalog.format('DROP TABLE IF EXISTS pgembed_store.%I', made.table_name);
    DELETE FROM pgembed.text_index x WHERE x.collection_id = made.collection_id;
    RETURN true;
END
$function$;

COMMENT ON FUNCTION pgembed.drop_text_index(text) IS
    'Drops the collection''s text index and what was counted and fitted for it. False where there is none.';
