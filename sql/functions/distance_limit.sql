-- Relevance falls with the distance, so for one query a threshold on relevance is one on distance.
CREATE OR REPLACE FUNCTION pgembed.distance_limit(
    collection text, query pgembed.space_vector, min_relevance double precision)
RETURNS double precision
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    fitted record;
    logit  double precision;
BEGIN
    IF min_relevance IS NULL THEN
        RETURN NULL;
    END IF;
    IF NOT min_relevance BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected min_relevance from 0 to 1, got %s.', min_relevance);
    END IF;
    SELECT * INTO fitted FROM pgembed.query_relevance(collection, query);
    logit := CASE min_relevance
        WHEN 0 THEN '-Infinity'
        WHEN 1 THEN 'Infinity'
        ELSE pg_catalog.ln(min_relevance / (1 - min_relevance))
    END;
    RETURN CASE
        WHEN fitted.slope > 0 THEN (fitted.intercept - logit) / fitted.slope
        WHEN fitted.intercept >= logit THEN 'Infinity'
        ELSE '-Infinity'
    END;
END
$function$;

COMMENT ON FUNCTION pgembed.distance_limit(text, pgembed.space_vector, double precision) IS
    'The largest distance from the query at which a row of the collection is still of this relevance, 0 to 1; null where '
    'none is asked for. Errors: as pgembed.query_relevance; PE033 the relevance is out of its range.';
