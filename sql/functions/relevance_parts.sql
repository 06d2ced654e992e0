-- What a client needs to turn a least relevance into a distance by itself, with one plain statement for each query: as
-- pgembed.query_relevance does, without looking all of this up again.
CREATE OR REPLACE FUNCTION pgembed.relevance_parts(
    collection text,
    space_id uuid,
    OUT store_id integer,
    OUT intercept double precision,
    OUT nearness double precision,
    OUT distinctness double precision,
    OUT ef_search integer,
    OUT statement text)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    parts  record;
    fitted record;
BEGIN
    PERFORM pgembed.require_space(collection, space_id);
    SELECT * INTO parts FROM pgembed.search_parts(collection);
    SELECT r.* INTO fitted
    FROM pgembed.relevance r JOIN pgembed.collection c USING (collection_id)
    WHERE c.name = relevance_parts.collection AND r.space_id = relevance_parts.space_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE034',
            MESSAGE = pg_catalog.format('Expected collection %L to have its relevance fitted, found that it has not.',
                collection),
            HINT = 'Fit it once: pgembed relevance fit, or SELECT pgembed.fit_relevance(...).';
    END IF;
    store_id := parts.store_id;
    intercept := fitted.intercept;
    nearness := fitted.nearness;
    distinctness := fitted.distinctness;
    ef_search := greatest(100, fitted.neighbors);
    statement := pg_catalog.format(
        $sql$SELECT pg_catalog.avg(distance), pg_catalog.stddev_pop(distance)
FROM (SELECT embedding %1$s AS distance FROM %2$s ORDER BY embedding %1$s LIMIT %3$s) AS near$sql$,
        parts.distance, parts.store, fitted.neighbors);
END
$function$;

COMMENT ON FUNCTION pgembed.relevance_parts(text, uuid) IS
    'The fitted relevance of a collection in its space, and the statement ($1 the query vector) that gives mean and standard '
    'deviation of a query''s neighbourhood, to be run with hnsw.ef_search as said, while the store serves. Errors: as '
    'pgembed.require_space; PE034 relevance was not fitted.';
