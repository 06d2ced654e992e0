CREATE OR REPLACE FUNCTION pgembed.serving_store(
    collection text,
    OUT key_columns text[],
    OUT store regclass,
    OUT space_id uuid,
    OUT metric text,
    OUT carried_columns text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    table_name text;
BEGIN
    SELECT c.key_columns, s.table_name, s.space_id, p.metric, c.carried_columns
    INTO key_columns, table_name, space_id, metric, carried_columns
    FROM pgembed.collection c
        LEFT JOIN pgembed.store s ON s.collection_id = c.collection_id AND s.serving
        LEFT JOIN pgembed.space p ON p.space_id = s.space_id
    WHERE c.name = serving_store.collection;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE002',
            MESSAGE = pg_catalog.format('Expected the name of a collection, got %s.',
                coalesce(pg_catalog.quote_literal(collection), 'null')),
            HINT = coalesce(
                (SELECT 'There are: ' || pg_catalog.string_agg(near.name, ', ')
                 FROM (SELECT c.name
                       FROM pgembed.collection c
                       ORDER BY pg_catalog.lower(pg_catalog.left(c.name, 3))
                               IS DISTINCT FROM pg_catalog.lower(pg_catalog.left(serving_store.collection, 3)),
                           c.name COLLATE "C"
                       LIMIT 10) near),
                'No collection is defined in this database.');
    END IF;
    IF table_name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE004',
            MESSAGE = pg_catalog.format('Expected a store that serves collection %L, found none.', collection),
            HINT = 'Embed the collection''s rows first.';
    END IF;
    store := pg_catalog.to_regclass(pg_catalog.format('pgembed_store.%I', table_name));
    IF store IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE005',
            MESSAGE = pg_catalog.format('Expected the table pgembed_store.%I with the vectors of collection %L, '
                'found none.', table_name, collection),
            HINT = 'It was dropped by hand: drop the collection and define it again.';
    END IF;
END
$function$;

COMMENT ON FUNCTION pgembed.serving_store(text) IS
    'The store that serves a collection; an error where there is no such collection (PE002), no such store (PE004) or '
    'no table for it (PE005).';
