CREATE OR REPLACE FUNCTION pgembed.begin_search(collection text, space_id uuid, settings jsonb)
RETURNS void
LANGUAGE plpgsql
AS $function$
BEGIN
    PERFORM pgembed.require_space(collection, space_id);
    -- A filter may call functions; a search writes nothing, whatever they do.
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    PERFORM pg_catalog.set_config(s.key, s.value, true) FROM pg_catalog.jsonb_each_text(settings) s;
END
$function$;

COMMENT ON FUNCTION pgembed.begin_search(text, uuid, jsonb) IS
    'Makes the transaction ready for the statement of a search: read-only, with the settings of its plan, once it is '
    'certain that the query vector''s space serves the collection. Both last to the end of the transaction, or until a '
    'savepoint before is rolled back to. Errors: as pgembed.require_space.';
