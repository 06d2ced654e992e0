-- A threshold on relevance is, for one query, a threshold on distance: relevance is
-- logistic(intercept - nearness * d + distinctness * (mean - d) / deviation), which falls with d. The mean and deviation
-- are those of the query's nearest neighbours among all rows, whatever filter there is: so a row is as relevant to a query
-- under one filter as under another.
CREATE OR REPLACE FUNCTION pgembed.distance_limit(collection text, parts jsonb, options jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    farthest constant double precision := (options ->> 'max_distance')::double precision;
    asked    constant double precision := (options ->> 'min_relevance')::double precision;
    fitted   record;
    logit    double precision;
BEGIN
    IF asked IS NULL THEN
        RETURN CASE WHEN farthest IS NOT NULL THEN pg_catalog.format('%L::double precision', farthest) END;
    END IF;
    IF NOT asked BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected min_relevance from 0 to 1, got %s.', asked);
    END IF;
    SELECT r.* INTO fitted
    FROM pgembed.relevance r
        JOIN pgembed.collection c USING (collection_id)
    WHERE c.name = distance_limit.collection AND r.space_id = (parts ->> 'space_id')::uuid;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE034',
            MESSAGE = pg_catalog.format('Expected collection %L to have its relevance fitted, found that it has not.',
                collection),
            HINT = 'Fit it once: pgembed relevance fit, or SELECT pgembed.fit_relevance(...).';
    END IF;
    logit := CASE asked WHEN 0 THEN '-Infinity' WHEN 1 THEN 'Infinity' ELSE pg_catalog.ln(asked / (1 - asked)) END;
    RETURN pg_catalog.format(
        $sql$least(%8$L::double precision, (SELECT CASE
        WHEN deviation > 1e-6 THEN (%1$L::double precision + %3$L::double precision * mean / deviation - %4$L::double precision)
            / (%2$L::double precision + %3$L::double precision / deviation)
        WHEN %2$L::double precision > 0 THEN (%1$L::double precision - %4$L::double precision) / nullif(%2$L::double precision, 0)
        WHEN %1$L::double precision >= %4$L::double precision THEN 'Infinity' ELSE '-Infinity' END
    FROM (SELECT pg_catalog.avg(distance) AS mean, pg_catalog.stddev_pop(distance) AS deviation
          FROM (SELECT embedding %5$s AS distance FROM %6$s ORDER BY embedding %5$s LIMIT %7$s) AS _pgembed_neighbors)
        AS _pgembed_neighborhood))$sql$,
        fitted.intercept, fitted.nearness, fitted.distinctness, logit, parts ->> 'distance', parts ->> 'store',
        fitted.neighbors, farthest);
END
$function$;

COMMENT ON FUNCTION pgembed.distance_limit(text, jsonb, jsonb) IS
    'The expression of the largest distance that a search''s options max_distance and min_relevance let through; NULL where '
    'it asks for neither. Errors: PE033 min_relevance is out of its range, PE034 relevance was not fitted.';
