-- A loop, because EXECUTE of a loop takes one statement alone: what a filter smuggles in behind a semicolon is refused.
CREATE OR REPLACE FUNCTION pgembed.estimate_rows(query text, "values" text[] DEFAULT NULL)
RETURNS double precision
LANGUAGE plpgsql
AS $function$
DECLARE
    plan json;
BEGIN
    FOR plan IN EXECUTE 'EXPLAIN (FORMAT JSON) ' || query USING "values" LOOP
        RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::double precision;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.estimate_rows(text, text[]) IS
    'How many rows the server''s planner expects of a query, in which $1 is the array of values. Nothing is run.';
