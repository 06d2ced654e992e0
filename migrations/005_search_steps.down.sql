-- The planner gave a statement instead of a list of steps: functions whose result differs can't be replaced.
DROP FUNCTION IF EXISTS pgembed.search_parts(text);
DROP FUNCTION IF EXISTS pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], regtype[]);
