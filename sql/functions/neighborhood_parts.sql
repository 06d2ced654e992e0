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
    parts  record;
    ranked integer;
BEGIN
    IF neighbors IS NULL OR neighbors < 2 OR neighbors > 1000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected 2 to 1000 neighbors, got %s.', coalesce(neighbors::text, 'null'));
    END IF;
    SELECT * INTO parts FROM pgembed.search_parts(collection);
    store_id := parts.store_id;
    space_id := parts.space_id;
    -- By their codes where the store has tiers, out of as many candidates as a search for so many rows has.
    ranked := neighbors + greatest(0, coalesce(parts.candidates, 10) - 10) * pg_catalog.sqrt(neighbors / 10.0);
    settings := pg_catalog.jsonb_build_object(
        'jit', 'off', 'hnsw.ef_search', least(1000, ranked)::text, 'hnsw.iterative_scan', 'relaxed_order');
    IF parts.codec IS NULL THEN
        statement := pg_catalog.format('SELECT embedding %1$s AS distance FROM %2$s ORDER BY embedding %1$s LIMIT %3$s',
            parts.distance, parts.store, neighbors);
    ELSE
        statement := pg_catalog.format(
            $sql$SELECT distance
      FROM pg_catalog.unnest(pgembed.distances(
          ARRAY(SELECT rescoring FROM %1$s ORDER BY embedding %2$s LIMIT %3$s),
          ROW(%4$L::uuid, $1)::pgembed.space_vector, %5$L)) AS distance
      ORDER BY distance LIMIT %6$s$sql$,
            parts.store, parts.by_vector, ranked, parts.space_id, parts.codec, neighbors);
    END IF;
    statement := pg_catalog.format(
        $sql$SELECT pg_catalog.avg(distance), pg_catalog.stddev_pop(distance)
FROM (%s) AS near$sql$, statement);
END
$function$;

COMMENT ON FUNCTION pgembed.neighborhood_parts(text, integer) IS
    'The statement ($1 the query vector) that gives mean and standard deviation of the distances of so many vectors that are '
    'nearest to a query, null where there are none; the settings it needs; and the store that it reads. Errors: as '
    'pgembed.search_parts; PE033 the number is out of its range.';
