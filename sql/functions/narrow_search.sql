-- The server's planner is asked how it would give the nearest vectors under the condition: it proves a partial index's
-- condition and prunes partitions by itself, so nothing of the kind is worked out here. It is asked under the settings of a
-- search by the index. The query vector in that question is a value that it does not know, since no plan depends on it.
CREATE OR REPLACE FUNCTION pgembed.narrow_search(
    collection text,
    parts jsonb,
    filter text,
    marker text DEFAULT NULL,
    "values" text[] DEFAULT NULL,
    types regtype[] DEFAULT NULL,
    OUT means text,
    OUT part text,
    OUT rows double precision,
    OUT vectors double precision,
    OUT graphs integer)
LANGUAGE plpgsql
SET enable_sort = off
SET jit = off
AS $function$
DECLARE
    condition text;
    estimated text;
    plan      jsonb;
    leaves    integer;
BEGIN
    -- Only carried columns have partial indexes of ours; key columns have partitions.
    SELECT pg_catalog.count(*) INTO leaves
    FROM pg_catalog.pg_partition_tree((parts ->> 'store')::pg_catalog.regclass) t WHERE t.isleaf;
    IF leaves <= 1 AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_index i
        WHERE i.indrelid = (parts ->> 'store')::pg_catalog.regclass AND i.indpred IS NOT NULL AND i.indisvalid) THEN
        RETURN;
    END IF;
    condition := (SELECT c.condition FROM pgembed.carried_condition(collection, filter, marker, types) c);
    IF condition IS NULL THEN
        RETURN;
    END IF;
    -- As constants: a text that is cast is none to the server where the cast depends on settings, as a date's does.
    estimated := CASE WHEN pg_catalog.cardinality("values") > 0 THEN pgembed.bind_filter(condition, marker, "values", types)
        ELSE condition END;
    FOR n IN 1 .. coalesce(pg_catalog.cardinality("values"), 0) LOOP
        condition := pg_catalog.replace(condition, marker || n || '$', '$' || n + 1);
    END LOOP;

    -- What a filter says of keys alone chooses no partial index.
    IF leaves > 1 OR condition ~ '\mcarried_' THEN
        part := pg_catalog.format('(SELECT * FROM %s WHERE %s) AS _pgembed_part', parts ->> 'store', condition);
    END IF;
    FOR plan IN EXECUTE pg_catalog.format(
        'EXPLAIN (FORMAT JSON) SELECT FROM %s WHERE %s ORDER BY embedding %s LIMIT 100',
        parts ->> 'store', estimated,
        pg_catalog.replace(
            parts ->> 'distance', '$1::', 'pg_catalog.current_setting(''pgembed.query_vector'', true)::'))
    LOOP
        EXIT;
    END LOOP;
    -- Of what it would scan: the vectors in HNSW indexes, and the rows of partitions without one.
    SELECT pg_catalog.sum(CASE WHEN m.amname = 'hnsw' THEN r.reltuples ELSE (node ->> 'Plan Rows')::double precision END),
        pg_catalog.count(*),
        CASE WHEN pg_catalog.bool_or(m.amname = 'hnsw' AND i.indpred IS NOT NULL) THEN 'partial index'
            WHEN pg_catalog.bool_and(coalesce(m.amname = 'hnsw', false)) AND pg_catalog.count(*) < leaves THEN 'partition' END
    INTO vectors, graphs, means
    FROM pg_catalog.jsonb_path_query(plan, 'strict $.** ? (exists (@."Relation Name"))') AS node
        LEFT JOIN pg_catalog.pg_class r
            ON r.relname = node ->> 'Index Name' AND r.relnamespace = 'pgembed_store'::pg_catalog.regnamespace
        LEFT JOIN pg_catalog.pg_am m ON m.oid = r.relam
        LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid;
    IF means IS NULL THEN
        RETURN;
    END IF;
    rows := greatest(1, pgembed.estimate_rows(
        pg_catalog.format('SELECT FROM %s WHERE %s', parts ->> 'store', estimated)));
    vectors := greatest(vectors, rows);
END
$function$;

COMMENT ON FUNCTION pgembed.narrow_search(text, jsonb, text, text, text[], regtype[]) IS
    'The part of a collection''s store that alone can have the rows that pass a filter, where a partial index or partitions '
    'hold it (means; null where none do): as a FROM item (there, too, where other values could have one hold it), the rows in it, the vectors in the indexes that the server would '
    'walk, and how many indexes. The rest as pgembed.plan_search has it. Rows and vectors are estimates; nothing is run.';
