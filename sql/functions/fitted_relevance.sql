CREATE OR REPLACE FUNCTION pgembed.fitted_relevance(
    collection text,
    space_id uuid,
    OUT neighbors integer,
    OUT intercept double precision,
    OUT nearness double precision,
    OUT distinctness double precision)
LANGUAGE plpgsql STABLE
AS $function$
BEGIN
    SELECT r.neighbors, r.intercept, r.nearness, r.distinctness INTO neighbors, intercept, nearness, distinctness
    FROM pgembed.relevance r JOIN pgembed.collection c USING (collection_id)
    WHERE c.name = fitted_relevance.collection AND r.space_id = fitted_relevance.space_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE034',
            MESSAGE = pg_catalog.format('Expected collection %L to have its relevance fitted, found that it has not.',
                collection),
            HINT = 'Fit it once: pgembed relevance fit, or SELECT pgembed.fit_relevance(...).';
    END IF;
END
$function$;

COMMENT ON FUNCTION pgembed.fitted_relevance(text, uuid) IS
    'What relevance a distance stands for in a collection and space, as it was fitted: logistic(intercept - nearness * d + '
    'distinctness * z), where z is how many standard deviations nearer d is than the mean of a query''s so many nearest '
    'neighbours. Errors: PE034 it was not.';
