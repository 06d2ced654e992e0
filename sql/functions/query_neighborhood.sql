-- The settings end with the subtransaction, which is always rolled back.
CREATE OR REPLACE FUNCTION pgembed.query_neighborhood(
    collection text,
    query pgembed.space_vector,
    neighbors integer DEFAULT 40,
    OUT mean double precision,
    OUT deviation double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    parts record;
BEGIN
    SELECT * INTO parts FROM pgembed.neighborhood_parts(collection, neighbors);
    PERFORM pg_catalog.set_config(s.key, s.value, true) FROM pg_catalog.jsonb_each_text(parts.settings) s;
    EXECUTE parts.statement INTO mean, deviation USING pgembed.in_space(query, parts.space_id);
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
