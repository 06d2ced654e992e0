-- The planner gives a list of steps instead of a statement: functions whose result differs can't be replaced.
DO $search_steps$
DECLARE
    changed pg_catalog.regprocedure;
BEGIN
    FOREACH changed IN ARRAY ARRAY[
        pg_catalog.to_regprocedure('pgembed.search_parts(text)'),
        pg_catalog.to_regprocedure(
            'pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], pg_catalog.regtype[])')]
    LOOP
        IF changed IS NOT NULL THEN
            EXECUTE 'DROP FUNCTION ' || changed;
        END IF;
    END LOOP;
END
$search_steps$;
