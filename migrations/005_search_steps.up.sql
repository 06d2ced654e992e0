-- The planner gives a list of steps instead of a statement: functions whose result differs can't be replaced.
DROP FUNCTION IF EXISTS pgembed.search_parts(text);
DROP FUNCTION IF EXISTS pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], regtype[]);
