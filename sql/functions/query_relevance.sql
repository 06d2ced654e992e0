-- Relevance is logistic(intercept - nearness * d + distinctness * (mean - d) / deviation), with the mean and deviation of the
-- query's neighbourhood: for one query, a straight line in the distance. Where all neighbours are as far, what stands out of
-- them is not known, and the distance alone counts.
CREATE OR REPLACE FUNCTION pgembed.query_relevance(
    collection text,
    query pgembed.space_vector,
    OUT intercept double precision,
    OUT slope double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    fitted record;
BEGIN
    SELECT f.* INTO fitted
    FROM pgembed.serving_store(collection) s CROSS JOIN LATERAL pgembed.fitted_relevance(collection, s.space_id) f;
    SELECT fitted.intercept + CASE WHEN n.deviation > 1e-6 THEN fitted.distinctness * n.mean / n.deviation ELSE 0 END,
        fitted.nearness + CASE WHEN n.deviation > 1e-6 THEN fitted.distinctness / n.deviation ELSE 0 END
    INTO intercept, slope
    FROM pgembed.query_neighborhood(collection, query, fitted.neighbors) n;
END
$function$;

COMMENT ON FUNCTION pgembed.query_relevance(text, pgembed.space_vector) IS
    'What relevance a distance stands for, for one query: 1 / (1 + exp(slope * distance - intercept)). Errors: as '
    'pgembed.query_neighborhood; PE034 relevance was not fitted.';
