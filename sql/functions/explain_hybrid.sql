CREATE OR REPLACE FUNCTION pgembed.explain_hybrid(
    collection text,
    query pgembed.space_vector,
    query_text text,
    k integer DEFAULT 10,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (aspect text, value text)
LANGUAGE plpgsql
AS $function$
DECLARE
    planned     record;
    server_plan json;
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    PERFORM pg_catalog.set_config('jit', 'off', true);
    SELECT * INTO planned FROM pgembed.plan_hybrid(collection, query_text, k, filter, explain_hybrid.options);
    -- A loop, because EXECUTE of a loop takes one statement alone.
    FOR server_plan IN EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || planned.statement
        USING pgembed.in_space(query, planned.space_id), query, collection, filter, options - '{fusion,text_weight}'::text[],
            planned.terms, planned.weights
    LOOP
        EXIT;
    END LOOP;
    RETURN QUERY VALUES ('fusion', planned.fusion), ('text weight', planned.text_weight::text);
    RETURN QUERY
        SELECT 'word ' || t.term, pg_catalog.format('weighs %s', pg_catalog.round(t.weight::numeric, 4))
        FROM ROWS FROM (pg_catalog.unnest(planned.terms[3:]), pg_catalog.unnest(planned.weights))
            WITH ORDINALITY AS t (term, weight, place)
        ORDER BY t.place;
    RETURN QUERY
        SELECT 'step ' || pg_catalog.substr(s.node ->> 'Subplan Name', 14),
            pg_catalog.format('%s rows', (s.node ->> 'Actual Rows')::numeric::bigint)
        FROM pg_catalog.jsonb_path_query(
            server_plan::jsonb, 'strict $.** ? (@."Subplan Name" like_regex "^CTE _pgembed_")', silent => true) s (node);
    RETURN QUERY VALUES
        ('rows', server_plan -> 0 -> 'Plan' ->> 'Actual Rows'),
        ('milliseconds', server_plan -> 0 ->> 'Execution Time'),
        ('statement', planned.statement);
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.explain_hybrid(text, pgembed.space_vector, text, integer, text, jsonb) IS
    'Runs pgembed.hybrid_search with the same arguments, and says how: the fusion, the words and what they weigh, the rows '
    'of each step, and the statement. Errors: as pgembed.hybrid_search.';
