-- The statement of one step of a search. Each is a plain statement that the server plans in a fraction of a millisecond
-- and gives min(k, rows it found) rows, nearest first, ties by key: the distance, the columns, and how many rows it found
-- in all, by which the caller knows whether it was enough. The steps:
--
-- near     by the index: of the nearest `bound` vectors the first `wanted` whose rows pass. Rows come nearest first from
--          the inner subquery, and the one with OFFSET 0 looks each up in the source and holds it against the filter; so
--          the index is left as soon as enough have passed. The step's settings make the server sort nothing if it can
--          help it, and only the HNSW index has vectors in order of distance.
-- probe    the same, to see how many of the nearest vectors pass.
-- few      all rows that pass, ranked, where they are no more than `bound`; else one row of nulls but for the number
--          found, so that no more than the keys of `bound` + 1 rows were read in vain.
-- within   all rows of a part of the store that pass, ranked. A row that moved there since its vector was written is missed,
--          so it is enough only where it finds as many as are wanted.
-- every    all rows that pass, ranked, however many. It does not count them, so that the server may do it in parallel.
--
-- Where the store has tiers, the distance is that of the indexed form, k is how many candidates are to be ranked, and their
-- codes come too, with their place in the order of keys, by which ties are broken. Who runs the statement ranks them.
--
-- A ranking orders by 0 + distance: no index is of that, so the server can't mistake it for a way through the HNSW index,
-- which would lose rows. LIMITs are literals: under a generic plan the server forsakes the index where a LIMIT is a
-- parameter.
-- The filter never stands over a JOIN: that hides the table's system columns, so that a plain ctid would not be found.
CREATE OR REPLACE FUNCTION pgembed.search_statement(
    parts jsonb, step text, k integer, filter text, columns text[], bound integer DEFAULT NULL,
    wanted integer DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    -- On lines of its own: a comment at the filter's end must not take the parenthesis with it.
    condition text := coalesce(E' AND (\n' || filter || E'\n)', '');
    selected  text := 'ARRAY[' || (parts ->> 'key_text') || '] AS key';
    names     text := 'key';
    rows_by_key text;
    stored   text := CASE WHEN parts ->> 'codec' IS NULL THEN '' ELSE ', rescoring AS _pgembed_code' END;
    coded    text := CASE WHEN parts ->> 'codec' IS NULL THEN '' ELSE ', _pgembed_code' END;
    placed   text := CASE WHEN parts ->> 'codec' IS NULL THEN '' ELSE pg_catalog.format(
        ', _pgembed_code, pg_catalog.row_number() OVER (ORDER BY %s) AS _pgembed_place', parts ->> 'keys') END;
BEGIN
    IF columns IS NOT NULL THEN
        -- A null among them is a hash of the key, by its values and not their texts, which a session's settings change.
        SELECT pg_catalog.string_agg(
                CASE
                    WHEN c.name IS NULL THEN
                        pg_catalog.format('pg_catalog.hash_record_extended(ROW(%s), 0) AS _pgembed_hash', parts ->> 'keys')
                    ELSE pg_catalog.format('%s.%I', parts ->> 'source_name', c.name)
                END,
                ', ' ORDER BY c.position),
            pg_catalog.string_agg(coalesce(pg_catalog.quote_ident(c.name), '_pgembed_hash'), ', ' ORDER BY c.position)
        INTO selected, names
        FROM pg_catalog.unnest(columns) WITH ORDINALITY AS c (name, position);
    END IF;
    rows_by_key := pg_catalog.format('%s AS %s', parts ->> 'source', parts ->> 'source_name');

    CASE step
    WHEN 'near', 'probe' THEN
        RETURN pg_catalog.format(
            $sql$SELECT _pgembed_distance, %1$s%13$s, pg_catalog.count(*) OVER () AS _pgembed_found
FROM (SELECT _pgembed_distance, %2$s, %1$s%14$s
      FROM (SELECT %3$s, embedding %4$s AS _pgembed_distance%15$s
            FROM %5$s
            ORDER BY embedding %4$s
            LIMIT %6$s) AS _pgembed_near
          CROSS JOIN LATERAL (SELECT %7$s FROM %8$s WHERE %9$s%10$s OFFSET 0) AS _pgembed_row
      LIMIT %11$s) AS _pgembed_passing
ORDER BY _pgembed_distance, %2$s
LIMIT %12$s$sql$,
            names, parts ->> 'keys', parts ->> 'store_keys', parts ->> 'distance', parts ->> 'store', bound, selected,
            rows_by_key, parts ->> 'key_join', condition, wanted, k, placed, coded, stored);
    WHEN 'few' THEN
        RETURN pg_catalog.format(
            $sql$WITH _pgembed_matching AS MATERIALIZED (
    SELECT %1$s
    FROM %2$s
    WHERE true%3$s
    LIMIT %4$s)
SELECT _pgembed_distance, %5$s%14$s, _pgembed_found
FROM (SELECT pg_catalog.count(*) AS _pgembed_found FROM _pgembed_matching) AS _pgembed_count
    LEFT JOIN LATERAL (
        SELECT _pgembed_distance, %6$s, %7$s%15$s
        FROM (SELECT _pgembed_distance, %6$s%15$s
              FROM _pgembed_matching
                  CROSS JOIN LATERAL (
                      SELECT 0 + (embedding %8$s) AS _pgembed_distance%16$s FROM %9$s WHERE %10$s OFFSET 0) AS _pgembed_vector
              WHERE _pgembed_found <= %11$s
              ORDER BY _pgembed_distance, %6$s
              LIMIT %12$s) AS _pgembed_nearest
            JOIN %2$s ON %13$s) AS _pgembed_row ON true
ORDER BY _pgembed_distance, %6$s$sql$,
            parts ->> 'matching_keys', rows_by_key, condition, bound + 1, names, parts ->> 'keys', selected,
            parts ->> 'distance', parts ->> 'store', parts ->> 'matching_join', bound, k, parts ->> 'key_join',
            placed, coded, stored);
    WHEN 'every', 'within' THEN
        RETURN pg_catalog.format(
            $sql$SELECT _pgembed_distance, %1$s%11$s, %10$s AS _pgembed_found
FROM (SELECT 0 + (_pgembed_embedding %2$s) AS _pgembed_distance, %3$s%12$s
      FROM (SELECT %4$s, embedding AS _pgembed_embedding%13$s FROM %5$s) AS _pgembed_store,
          %6$s
      WHERE %7$s%8$s
      ORDER BY _pgembed_distance, %3$s
      LIMIT %9$s) AS _pgembed_nearest
    JOIN %6$s ON %7$s
ORDER BY _pgembed_distance, %3$s$sql$,
            selected, parts ->> 'distance', parts ->> 'keys', parts ->> 'store_keys', parts ->> 'store', rows_by_key,
            parts ->> 'key_join', condition, k,
            CASE step WHEN 'within' THEN 'pg_catalog.count(*) OVER ()' ELSE 'NULL::bigint' END, placed, coded, stored);
    END CASE;
END
$function$;

COMMENT ON FUNCTION pgembed.search_statement(jsonb, text, integer, text, text[], integer, integer) IS
    'The statement of one step of a search (near, probe, within, few or every), out of a collection''s parts and the numbers of a plan. '
    '$1 is the query vector, or its indexed form. It gives the distance, the columns (or the key as texts), where the store has '
    'tiers the code and the place among the keys, and how many rows the step found.';
