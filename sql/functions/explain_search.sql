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
    server_plan json;
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    options := pgembed.with_distance_limit(collection, query, options);
    SELECT * INTO planned FROM pgembed.plan_search(collection, k, filter, options => options);
    PERFORM pgembed.in_space(query, planned.space_id);
    PERFORM pgembed.begin_search(collection, planned.space_id, planned.settings);
    FOR server_plan IN EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || planned.statement
        USING pgembed.in_space(query, planned.space_id)
    LOOP
        EXIT;
    END LOOP;

    RETURN QUERY
        SELECT a.aspect, a.value
        FROM (VALUES
            ('plan', planned.plan),
            ('reason', planned.reason),
            ('matching rows', pg_catalog.round(planned.matching_rows)::text || ' (estimated)'),
            ('stored rows', pg_catalog.round(planned.stored_rows)::text || ' (estimated)'),
            ('settings', (SELECT pg_catalog.string_agg(s.key || ' = ' || s.value, ', ' ORDER BY s.key)
                          FROM pg_catalog.jsonb_each_text(planned.settings) s))) AS a (aspect, value);
    RETURN QUERY
        SELECT 'step ' || s.step,
            CASE
                WHEN NOT s.started THEN 'not needed'
                WHEN s.looked_at IS NULL THEN pg_catalog.format('%s rows', s.passed)
                ELSE pg_catalog.format('%s rows of the %s nearest', s.passed, s.looked_at)
            END
        FROM pgembed.search_steps(server_plan::jsonb) s;
    RETURN QUERY
        SELECT a.aspect, a.value
        FROM (VALUES
            ('rows', server_plan -> 0 -> 'Plan' ->> 'Actual Rows'),
            ('milliseconds', server_plan -> 0 ->> 'Execution Time'),
            ('statement', planned.statement)) AS a (aspect, value);
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.explain_search(text, pgembed.space_vector, integer, text, jsonb) IS
    'Runs pgembed.search with the same arguments, and says how: the plan and why it was chosen, what it was estimated '
    'from, what happened in each of its steps, and the statement. Errors: as pgembed.search.';
