CREATE OR REPLACE FUNCTION pgembed.require_space(collection text, space_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    served uuid := (SELECT s.space_id FROM pgembed.serving_store(require_space.collection) s);
BEGIN
    IF served IS DISTINCT FROM require_space.space_id THEN
        RAISE EXCEPTION USING ERRCODE = 'PE001',
            MESSAGE = pg_catalog.format('Expected a vector of space %s, which serves collection %L, got one of %s.',
                pgembed.space_label(served), collection, pgembed.space_label(require_space.space_id)),
            HINT = 'Embed the query again with the collection''s own model.';
    END IF;
END
$function$;

COMMENT ON FUNCTION pgembed.require_space(text, uuid) IS
    'Nothing when the collection is served from the space; else an error (PE001 another space, PE002 no such '
    'collection, PE004 not served).';
