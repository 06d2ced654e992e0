CREATE OR REPLACE FUNCTION pgembed.follow_store(collection_id integer, store regclass)
RETURNS void
LANGUAGE plpgsql
SET client_min_messages = warning
AS $function$
DECLARE
    event  text;
    "table" text;
BEGIN
    IF NOT EXISTS (SELECT FROM pgembed.text_index x WHERE x.collection_id = follow_store.collection_id) THEN
        RETURN;
    END IF;
    -- A trigger with a transition table has one event.
    FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
        "table" := CASE event WHEN 'delete' THEN 'OLD' ELSE 'NEW' END;
        EXECUTE pg_catalog.format(
            'CREATE OR REPLACE TRIGGER _pgembed_text_%s AFTER %1$s ON %s REFERENCING %s TABLE AS _pgembed_changed '
            'FOR EACH STATEMENT EXECUTE FUNCTION pgembed.store_changed(%L)',
            event, store, "table", follow_store.collection_id);
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.follow_store(integer, regclass) IS
    'Has the text index of the collection with this number follow a store of it; nothing where it has none.';
