-- The search runs in a subtransaction that is always rolled back, once its rows are on their way: so the settings of the
-- plan end with it, and nothing that a function of the filter's does can stay. The subtransaction is read-only besides,
-- so that such a function fails rather than seems to work.
CREATE OR REPLACE FUNCTION pgembed.search(
    collection text,
    query pgembed.space_vector,
    k integer DEFAULT 10,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (key text[], distance double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    max_distance double precision;
    planned      record;
    step         jsonb;
    result       record;
    found_rows   bigint := 0;
    keys         text[];
    distances    double precision[];
    codec        text;      -- by whose codes candidates are ranked; null where the statement has ranked rows
    codes        bytea[];
    places       bigint[];
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    options := pgembed.with_distance_limit(collection, query, options);
    SELECT * INTO planned FROM pgembed.plan_search(collection, k, filter, options => options);
    PERFORM pgembed.in_space(query, planned.space_id);
    SELECT s.codec INTO codec FROM pgembed.store s WHERE s.store_id = planned.store_id AND s.index_codec IS NOT NULL;
    max_distance := coalesce((options ->> 'max_distance')::double precision, 'NaN');
    FOR step IN SELECT s.value FROM pg_catalog.jsonb_array_elements(planned.steps) s LOOP
        CONTINUE WHEN found_rows < (step ->> 'worth')::bigint;
        PERFORM pg_catalog.set_config(s.key, s.value, true) FROM pg_catalog.jsonb_each_text(step -> 'settings') s;
        found_rows := 0;
        keys := '{}';
        distances := '{}';
        codes := '{}';
        places := '{}';
        FOR result IN EXECUTE step ->> 'statement' USING (query).embedding LOOP
            found_rows := result._pgembed_found;
            EXIT WHEN result._pgembed_distance IS NULL;
            keys := keys || result.key::text;
            IF codec IS NULL THEN
                distances := distances || result._pgembed_distance;
            ELSE
                codes := codes || result._pgembed_code;
                places := places || result._pgembed_place;
            END IF;
        END LOOP;
        IF codec IS NOT NULL THEN
            SELECT coalesce(pg_catalog.array_agg(r.key ORDER BY r.distance, r.place), '{}'),
                coalesce(pg_catalog.array_agg(r.distance ORDER BY r.distance, r.place), '{}')
            INTO keys, distances
            FROM (SELECT u.key, u.place, u.distance
                  FROM ROWS FROM (
                      pg_catalog.unnest(keys), pg_catalog.unnest(places),
                      pg_catalog.unnest(pgembed.distances(codes, query, codec))) AS u (key, place, distance)
                  ORDER BY u.distance, u.place
                  LIMIT k) AS r;
        END IF;
        -- A row beyond the threshold shows that those within it have been seen.
        EXIT WHEN (found_rows <= (step ->> 'most')::bigint) IS NOT FALSE
            AND ((found_rows >= (step ->> 'least')::bigint) IS NOT FALSE
                OR (distances[pg_catalog.cardinality(distances)] > max_distance) IS TRUE);
    END LOOP;
    RETURN QUERY
        SELECT r.key::text[], r.distance
        FROM ROWS FROM (pg_catalog.unnest(keys), pg_catalog.unnest(distances)) WITH ORDINALITY AS r (key, distance, position)
        WHERE r.distance <= max_distance
        ORDER BY r.position;
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.search(text, pgembed.space_vector, integer, text, jsonb) IS
    'The min(k, rows that match) rows of the collection nearest to the query among those that pass the filter, nearest '
    'first, ties by key: each row''s key columns as texts, and its distance. The filter is a condition in SQL over the '
    'source table''s columns, run read-only and with the caller''s rights; values in it are the caller''s to quote. '
    'Options, a JSON object: max_distance (no row farther than this), min_relevance (no row of less relevance, 0 to 1, as '
    'pgembed.fit_relevance or judged queries have fitted it), recall (how many of the truly nearest are to be '
    'found, 0.95), ef_search (pgvector''s, instead of what follows from the recall), exact (true: rank all that pass). '
    'Errors: as pgembed.plan_search and pgembed.with_distance_limit; PE001 a vector of another space; 22004 no vector.';
