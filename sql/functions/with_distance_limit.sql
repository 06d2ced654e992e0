CREATE OR REPLACE FUNCTION pgembed.with_distance_limit(collection text, query pgembed.space_vector, options jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    -- Within what JSON has a number for.
    most constant double precision := 1e300;
    farthest double precision;
BEGIN
    IF options ->> 'min_relevance' IS NULL THEN
        RETURN options;
    END IF;
    farthest := greatest(-most, least(
        most,
        (options ->> 'max_distance')::double precision,
        pgembed.distance_limit(collection, query, (options ->> 'min_relevance')::double precision)));
    RETURN (options - 'min_relevance') || pg_catalog.jsonb_build_object('max_distance', farthest);
END
$function$;

COMMENT ON FUNCTION pgembed.with_distance_limit(text, pgembed.space_vector, jsonb) IS
    'A search''s options with the distance in max_distance that its min_relevance comes to, instead of it. Errors: as '
    'pgembed.distance_limit.';
