CREATE OR REPLACE FUNCTION pgembed.distance(code bytea, query pgembed.space_vector, codec text)
RETURNS double precision
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
BEGIN
    RETURN (pgembed.distances(ARRAY[code], query, codec))[1];
END
$function$;

COMMENT ON FUNCTION pgembed.distance(bytea, pgembed.space_vector, text) IS
    'The distance of a query to the vector that a code stands for. For many codes, pgembed.distances maps the query once. '
    'Errors: as pgembed.distances.';
