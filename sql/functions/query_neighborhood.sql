-- The neighbourhood is that among all vectors, whatever filter a search has: so a row is as relevant to a query under one
-- filter as under another. The setting ends with the subtransaction, which is always rolled back.
CREATE OR REPLACE FUNCTION pgembed.query_neighborhood(
    collection text,
    query pgembed.space_vector,
    neighbors integer DEFAULT 40,
    OUT mean double precision,
    OUT deviation double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    served   record;
    distance text;
BEGIN
    IF neighbors IS NULL OR neighbors < 2 OR neighbors > 1000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected 2 to 1000 neighbors, got %s.', coalesce(neighbors::text, 'null'));
    END IF;
    SELECT s.* INTO served FROM pgembed.serving_store(query_neighborhood.collection) s;
    SELECT pg_catalog.format('embedding OPERATOR(%I.%s) $1::%1$I.%3$I', n.nspname,
            CASE served.metric WHEN 'cosine' THEN '<=>' WHEN 'l2' THEN '<->' WHEN 'inner_product' THEN '<#>' END, t.typname)
    INTO STRICT distance
    FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = served.store AND a.attname = 'embedding';
    PERFORM pg_catalog.set_config('hnsw.ef_search', greatest(100, neighbors)::text, true);
    EXECUTE pg_catalog.format(
        $sql$SELECT pg_catalog.avg(distance), pg_catalog.stddev_pop(distance)
        FROM (SELECT %1$s AS distance FROM %2$s ORDER BY %1$s LIMIT %3$s) AS near$sql$, distance, served.store, neighbors)
    INTO mean, deviation
    USING pgembed.in_space(query, served.space_id);
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'All is known.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.query_neighborhood(text, pgembed.space_vector, integer) IS
    'Mean and standard deviation of the distances of so many vectors that are nearest to the query, of whatever rows; null '
    'where there are none. Errors: as pgembed.serving_store; PE001 a vector of another space; 22004 no vector; PE033 the '
    'number is out of its range.';
