-- Every branch is a MATERIALIZED CTE: the server's planner can then neither merge it into another nor serve it by the
-- index where an exact ranking is meant. A branch that waits for another's outcome has a condition without a column, on
-- a count of the other's rows; the server looks at it once and never starts the branch where it is false. In the probe,
-- the subquery with OFFSET 0 forces the one order that is meant: rows from the index, nearest first, each looked up in
-- the source and held against the filter, until enough have passed. LIMITs are literals, because with a parameter for a
-- LIMIT the server's planner forsakes the index.
--
-- probe     through the index: the nearest `depth` vectors, of which the first k that pass are taken
-- farther   through the index: as far as `budget` vectors, where the probe saw `worthwhile` or more that pass
-- matching  the keys of all rows that pass, where they are `bound` or fewer
-- ranked    those, ranked
-- every     all rows that pass, ranked: what is left to do when nothing else has given k rows
CREATE OR REPLACE FUNCTION pgembed.search_statement(
    parts jsonb, k integer, filter text, columns text, depth integer, worthwhile integer, budget integer,
    taken integer, bound integer, max_distance text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    probe_rows    constant text := '(SELECT pg_catalog.count(*) FROM _pgembed_probe)';
    farther_rows  constant text := '(SELECT pg_catalog.count(*) FROM _pgembed_farther)';
    matching_rows constant text := '(SELECT pg_catalog.count(*) FROM _pgembed_matching)';
    -- On lines of its own: a comment at the filter's end must not take the parenthesis with it.
    condition     text := coalesce(E' AND (\n' || filter || E'\n)', '');
    near          text;
    gate          text := 'true';
    branches      text[];
    found         text[];
BEGIN
    near := pg_catalog.format(
        $sql$
    SELECT _pgembed_distance, %1$s
    FROM (SELECT %2$s, embedding %3$s AS _pgembed_distance
          FROM %4$s
          WHERE %%s
          ORDER BY embedding %3$s
          LIMIT %%s) AS _pgembed_near
        CROSS JOIN LATERAL (SELECT FROM %5$s AS %6$s WHERE %7$s%8$s OFFSET 0) AS _pgembed_passing
    LIMIT %%s$sql$,
        parts ->> 'keys', parts ->> 'store_keys', parts ->> 'distance', parts ->> 'store', parts ->> 'source',
        parts ->> 'source_name', parts ->> 'key_join', pg_catalog.replace(condition, '%', '%%'));

    IF bound IS NOT NULL THEN
        branches := ARRAY[
            pg_catalog.format(
                E'_pgembed_matching AS MATERIALIZED (\n    SELECT %s FROM %s AS %s WHERE true%s\n    LIMIT %s)',
                parts ->> 'source_keys', parts ->> 'source', parts ->> 'source_name', condition, bound + 1),
            pg_catalog.format(
                $sql$_pgembed_ranked AS MATERIALIZED (
    SELECT _pgembed_distance, %1$s
    FROM _pgembed_matching JOIN (SELECT %2$s)$sql$,
                '')];
    END IF;
    RETURN NULL;
END
$function$;
