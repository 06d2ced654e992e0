-- A search statement is a chain of steps. Each step is a MATERIALIZED CTE: the server's planner can then neither merge it
-- into another nor serve it by the index where a full ranking is meant. A step that is only needed when those before it
-- fell short has a condition without a column, on a count of their rows; the server looks at it once and never starts
-- the step where it is false. The steps:
--
-- matching  the keys of the rows that pass, up to one more than `bound`
-- ranked    those, ranked, where they are no more than `bound`
-- probe     by the index: of the nearest `depth` vectors the first k that pass
-- farther   by the index: of the nearest `reach` vectors the first `wanted` that pass, where at least `worthwhile` of
--           the probe's passed
-- every     all rows that pass, ranked: the last step, always there
--
-- By the index, rows come nearest first from the inner subquery, and the subquery with OFFSET 0 looks each up in the
-- source and holds it against the filter; so the index is left as soon as enough have passed, whatever the server's
-- planner thinks of the filter. A step without its number is left out. LIMITs are literals: under a generic plan the
-- server forsakes the index where a LIMIT is a parameter. max_distance is an expression, and stands outside the steps.
CREATE OR REPLACE FUNCTION pgembed.search_statement(
    parts jsonb, k integer, filter text, columns text, bound integer, depth integer, reach integer, wanted integer,
    worthwhile integer, max_distance text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    -- On lines of its own: a comment at the filter's end must not take the parenthesis with it.
    condition text := coalesce(E' AND (\n' || filter || E'\n)', '');
    rows_of   constant text := '(SELECT pg_catalog.count(*) FROM _pgembed_%s)';
    short     text := 'true';
    steps     text[];
    results   text[];
    near      text;
BEGIN
    IF bound IS NOT NULL THEN
        steps := steps || pg_catalog.format(
            $sql$_pgembed_matching AS MATERIALIZED (
    SELECT %1$s
    FROM %2$s AS %3$s
    WHERE true%4$s
    LIMIT %5$s),
_pgembed_ranked AS MATERIALIZED (
    SELECT _pgembed_distance, %6$s
    FROM _pgembed_matching
        CROSS JOIN LATERAL (
            SELECT embedding %7$s AS _pgembed_distance FROM %8$s WHERE %9$s OFFSET 0) AS _pgembed_vector
    WHERE %10$s <= %11$s)$sql$,
            parts ->> 'matching_keys', parts ->> 'source', parts ->> 'source_name', condition, bound + 1,
            parts ->> 'keys', parts ->> 'distance', parts ->> 'store', parts ->> 'matching_join',
            pg_catalog.format(rows_of, 'matching'), bound);
        short := pg_catalog.format(rows_of || ' > %s', 'matching', bound);
        results := results || 'SELECT 1 AS _pgembed_step, * FROM _pgembed_ranked'::text;
    END IF;

    near := $sql$_pgembed_%1$s AS MATERIALIZED (
    SELECT _pgembed_distance, %2$s
    FROM (SELECT %3$s, embedding %4$s AS _pgembed_distance
          FROM %5$s
          WHERE %6$s
          ORDER BY embedding %4$s
          LIMIT %7$s) AS _pgembed_near
        CROSS JOIN LATERAL (SELECT FROM %8$s AS %9$s WHERE %10$s%11$s OFFSET 0) AS _pgembed_passing
    LIMIT %12$s)$sql$;
    IF depth IS NOT NULL THEN
        steps := steps || pg_catalog.format(near, 'probe',
            parts ->> 'keys', parts ->> 'store_keys', parts ->> 'distance', parts ->> 'store', short, depth,
            parts ->> 'source', parts ->> 'source_name', parts ->> 'key_join', condition, k);
        results := results || pg_catalog.format(
            'SELECT 2 AS _pgembed_step, * FROM _pgembed_probe WHERE ' || rows_of || ' >= %s', 'probe', k);
        short := short || pg_catalog.format(' AND ' || rows_of || ' < %s', 'probe', k);
    END IF;
    IF reach IS NOT NULL THEN
        steps := steps || pg_catalog.format(near, 'farther',
            parts ->> 'keys', parts ->> 'store_keys', parts ->> 'distance', parts ->> 'store',
            short || pg_catalog.format(' AND ' || rows_of || ' >= %s', 'probe', worthwhile), reach,
            parts ->> 'source', parts ->> 'source_name', parts ->> 'key_join', condition, wanted);
        results := results || pg_catalog.format(
            'SELECT 3 AS _pgembed_step, * FROM _pgembed_farther WHERE ' || rows_of || ' >= %s', 'farther', k);
        short := short || pg_catalog.format(' AND ' || rows_of || ' < %s', 'farther', k);
    END IF;

    steps := steps || pg_catalog.format(
        $sql$_pgembed_every AS MATERIALIZED (
    SELECT _pgembed_embedding %1$s AS _pgembed_distance, %2$s
    FROM (SELECT %3$s, embedding AS _pgembed_embedding FROM %4$s) AS _pgembed_store
        JOIN %5$s AS %6$s ON %7$s
    WHERE %8$s%9$s)$sql$,
        parts ->> 'distance', parts ->> 'keys', parts ->> 'store_keys', parts ->> 'store', parts ->> 'source',
        parts ->> 'source_name', parts ->> 'key_join', short, condition);
    results := results || 'SELECT 4 AS _pgembed_step, * FROM _pgembed_every'::text;

    RETURN pg_catalog.format(
        $sql$WITH %1$s
SELECT _pgembed_distance, %2$s, _pgembed_step
FROM (SELECT *
      FROM (%3$s) AS _pgembed_found
      %4$s
      ORDER BY _pgembed_distance, %5$s
      LIMIT %6$s) AS _pgembed_nearest
    JOIN %7$s AS %8$s ON %9$s
ORDER BY _pgembed_distance, %5$s$sql$,
        pg_catalog.array_to_string(steps, E',\n'), columns,
        pg_catalog.array_to_string(results, E'\n            UNION ALL '),
        coalesce('WHERE _pgembed_distance <= ' || max_distance, ''),
        parts ->> 'keys', k, parts ->> 'source', parts ->> 'source_name', parts ->> 'key_join');
END
$function$;

COMMENT ON FUNCTION pgembed.search_statement(jsonb, integer, text, text, integer, integer, integer, integer, integer, text) IS
    'The statement of a search, out of a collection''s parts and the numbers of a plan. $1 is the query vector. It gives '
    'the distance, the columns, and the step that the row came from.';
