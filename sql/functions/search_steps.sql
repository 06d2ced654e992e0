CREATE OR REPLACE FUNCTION pgembed.search_steps(server_plan jsonb)
RETURNS TABLE (step text, started boolean, looked_at bigint, passed bigint, milliseconds double precision)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    node jsonb;
BEGIN
    FOR node IN
        SELECT pg_catalog.jsonb_path_query(
            server_plan, 'strict $.** ? (@."Subplan Name" like_regex "^CTE _pgembed_")', silent => true)
    LOOP
        step := pg_catalog.substr(node ->> 'Subplan Name', 14);
        -- A step that was not started has its scans below a condition that was false.
        started := pg_catalog.jsonb_path_exists(
            node, 'strict $.** ? (exists (@."Relation Name") && @."Actual Loops" > 0)', silent => true);
        passed := (node ->> 'Actual Rows')::numeric::bigint;
        milliseconds := (node ->> 'Actual Total Time')::double precision;
        -- What the steps that go by the index took from it: their innermost LIMIT, or what it stands on.
        looked_at := (
            SELECT pg_catalog.max((inner_node ->> 'Actual Rows')::numeric::bigint)
            FROM pg_catalog.jsonb_path_query(
                node, 'strict $.** ? (@."Node Type" == "Limit" || @."Node Type" == "Index Scan")', silent => true)
                AS inner_node
            WHERE step IN ('probe', 'farther'));
        RETURN NEXT;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.search_steps(jsonb) IS
    'What happened in each step of a search statement, read from EXPLAIN (ANALYZE, FORMAT JSON) of it: whether it was '
    'started, how many vectors the index gave it, how many rows it found, and how long it took.';
