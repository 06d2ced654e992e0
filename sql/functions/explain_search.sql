-- As pgembed.search, but that each step's statement is run by EXPLAIN ANALYZE, which says how many rows it found.
CREATE OR REPLACE FUNCTION pgembed.explain_search(
    collection text,
    query pgembed.space_vector,
    k integer DEFAULT 10,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (aspect text, value text)
LANGUAGE plpgsql
AS $function$
DECLARE
    planned     record;
    step        jsonb;
    line        text;
    server_plan text;
    outcome     record;
    found_rows  bigint := 0;
    done        boolean := false;
    row_count   bigint;
    total_time  double precision := 0;
    details     text[];
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    options := pgembed.with_distance_limit(collection, query, options);
    SELECT * INTO planned FROM pgembed.plan_search(collection, k, filter, options => options);
    PERFORM pgembed.in_space(query, planned.space_id);
    RETURN QUERY
        SELECT a.aspect, a.value
        FROM (VALUES
            ('plan', planned.plan),
            ('reason', planned.reason),
            ('matching rows', pg_catalog.round(planned.matching_rows)::text || ' (estimated)'),
            ('stored rows', pg_catalog.round(planned.stored_rows)::text || ' (estimated)')) AS a (aspect, value);
    FOR step IN SELECT s.value FROM pg_catalog.jsonb_array_elements(planned.steps) s LOOP
        aspect := 'step ' || (step ->> 'step');
        IF done OR found_rows < (step ->> 'worth')::bigint THEN
            value := CASE WHEN done THEN 'not needed' ELSE 'passed over: too few rows were found near' END;
            RETURN NEXT;
            CONTINUE;
        END IF;
        PERFORM pg_catalog.set_config(s.key, s.value, true) FROM pg_catalog.jsonb_each_text(step -> 'settings') s;
        server_plan := '';
        FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF) ' || (step ->> 'statement') USING (query).embedding LOOP
            server_plan := server_plan || line || E'\n';
        END LOOP;
        SELECT * INTO outcome FROM pgembed.step_outcome(server_plan);
        found_rows := outcome.found;
        total_time := total_time + outcome.milliseconds;
        done := (found_rows <= (step ->> 'most')::bigint) IS NOT FALSE
            AND (found_rows >= (step ->> 'least')::bigint) IS NOT FALSE;
        row_count := outcome.rows;
        value := CASE
                WHEN found_rows > (step ->> 'most')::bigint
                    THEN pg_catalog.format('more than %s rows pass, against what was expected', step ->> 'most')
                WHEN outcome.looked_at IS NOT NULL
                    THEN pg_catalog.format('%s rows of the %s nearest, %s were wanted',
                        found_rows, outcome.looked_at, step ->> 'wanted')
                WHEN found_rows IS NOT NULL THEN pg_catalog.format('%s rows, all ranked', found_rows)
                ELSE 'all rows that pass, ranked'
            END;
        RETURN NEXT;
        details := details || pg_catalog.format(E'%s\n\n%s\n\n%s',
            (SELECT pg_catalog.string_agg(s.key || ' = ' || s.value, ', ' ORDER BY s.key)
             FROM pg_catalog.jsonb_each_text(step -> 'settings') s),
            step ->> 'statement',
            -- The query vector is long, and no news.
            pg_catalog.regexp_replace(server_plan, '''\[[^]'']*\]''', '$1', 'g'));
    END LOOP;
    RETURN QUERY
        SELECT a.aspect, a.value
        FROM (VALUES
            -- A step that does not count returns as many as there are; least() would pass over its null.
            ('rows', CASE WHEN found_rows IS NULL THEN row_count ELSE least(found_rows, k) END::text),
            ('milliseconds', pg_catalog.round(total_time::numeric, 3)::text)) AS a (aspect, value);
    RETURN QUERY
        SELECT 'statement ' || d.position, d.value
        FROM pg_catalog.unnest(details) WITH ORDINALITY AS d (value, position);
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.explain_search(text, pgembed.space_vector, integer, text, jsonb) IS
    'Runs pgembed.search with the same arguments, and says how: the plan and why it was chosen, what it was estimated '
    'from, what happened in each of its steps, and of each that ran the settings, the statement and the server''s plan. A '
    'threshold is left out of account. Errors: as pgembed.search.';
