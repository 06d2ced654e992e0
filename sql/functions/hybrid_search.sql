-- As pgembed.search, it runs in a subtransaction that is always rolled back, so that nothing of it stays.
CREATE OR REPLACE FUNCTION pgembed.hybrid_search(
    collection text,
    query pgembed.space_vector,
    query_text text,
    k integer DEFAULT 10,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (key text[], score double precision, distance double precision, text_score double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    planned record;
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    PERFORM pg_catalog.set_config('jit', 'off', true);
    SELECT * INTO planned FROM pgembed.plan_hybrid(collection, query_text, k, filter, hybrid_search.options);
    FOR key, score, distance, text_score IN EXECUTE planned.statement
        USING pgembed.in_space(query, planned.space_id), query, collection, filter, options - '{fusion,text_weight}'::text[],
            planned.terms, planned.weights
    LOOP
        RETURN NEXT;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.hybrid_search(text, pgembed.space_vector, text, integer, text, jsonb) IS
    'The min(k, rows that match) rows of the collection that fit the query best by its meaning and its words together, '
    'the best first: each row''s key columns as texts, its fused score, its distance, and what its words score, in rare '
    'words. Rows match when they pass the filter and have a vector. It needs a text index. Options: fusion, text_weight, and '
    'those of pgembed.search. Errors: as pgembed.plan_hybrid; PE001 a vector of another space; 22004 no vector.';
