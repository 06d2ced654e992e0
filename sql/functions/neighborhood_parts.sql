-- A neighbourhood is that among all vectors, whatever filter a search has: so a row is as relevant to a query under one
-- filter as under another. It takes as many candidates as there are to be neighbours: what the index misses of them moves
-- the mean by less than a hundredth of the deviation, and more candidates cost as much as a small search. The scan goes on
-- where rows have been deleted since the last VACUUM, so that there are as many neighbours all the same.
CREATE OR REPLACE FUNCTION pgembed.neighborhood_parts(
    collection text,
    neighbors integer,
    OUT store_id integer,
    OUT space_id uuid,
    OUT settings jsonb,
    OUT statement text)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    parts record;
BEGIN
    IF neighbors IS NULL OR neighbors < 2 OR neighbors > 1000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected 2 to 1000 neighbors, got %s.', coalesce(neighbors::text, 'null'));
    END IF;
    SELECT * INTO parts FROM pgembed.search_parts(collection);
    store_id := parts.store_id;
    space_id := parts.space_id;
    settings := pg_catalog.jsonb_build_object(
        'jit', 'off', 'hnsw.ef_search', neighbors::text, 'hnsw.iterative_scan', 'relaxed_order');
    statement := pg_catalog.format(
        $sql$SELECT pg_catalog.avg(distance), pg_catalog.stddev_pop(distance)
FROM (SELECT embedding %1$s AS distance FROM %2$s ORDER BY embedding %1$s LIMIT %3$s) AS near$sql$,
        parts.distance, parts.store, neighbors);
END
$function$;

COMMENT ON FUNCTION pgembed.neighborhood_parts(text, integer) IS
    'The statement ($1 the query vector) that gives mean and standard deviation of the distances of so many vectors that are '
    'nearest to a query, null where there are none; the settings it needs; and the store that it reads. Errors: as '
    'pgembed.search_parts; PE033 the number is out of its range.';
