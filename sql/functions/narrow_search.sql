-- The server's planner is asked how it would give the nearest vectors under the condition: it proves a partial index's
-- condition and prunes partitions by itself, so nothing of the kind is worked out here. The query vector in that question
-- is a value that it does not know, since no plan depends on it.
CREATE OR REPLACE FUNCTION pgembed.narrow_search(
    collection text,
    parts jsonb,
    filter text,
    depth integer,
    marker text DEFAULT NULL,
    "values" text[] DEFAULT NULL,
    types regtype[] DEFAULT NULL,
    OUT condition text,
    OUT rows double precision,
    OUT vectors double precision,
    OUT graphs integer,
    OUT means text)
LANGUAGE plpgsql
AS $function$
DECLARE
    found     record;
    estimated text;
    plan      jsonb;
BEGIN
    SELECT c.condition, c.whole INTO found FROM pgembed.carried_condition(collection, filter, marker, types) c;
    condition := found.condition;
    IF condition IS NULL THEN
        RETURN;
    END IF;
    estimated := condition;
    FOR n IN 1 .. coalesce(pg_catalog.cardinality("values"), 0) LOOP
        estimated := pg_catalog.replace(
            estimated, marker || n || '$', pg_catalog.format('($1)[%s]::%s', n, types[n]));
        condition := pg_catalog.replace(condition, marker || n || '$', '$' || n + 1);
    END LOOP;
    rows := pgembed.estimate_rows(
        pg_catalog.format('SELECT FROM %s WHERE %s', parts ->> 'store', estimated), "values");

    FOR plan IN EXECUTE pg_catalog.format(
        'EXPLAIN (FORMAT JSON) SELECT FROM %s WHERE %s ORDER BY embedding %s LIMIT %s',
        parts ->> 'store', estimated,
        pg_catalog.replace(
            parts ->> 'distance', '$1::', 'pg_catalog.current_setting(''pgembed.query_vector'', true)::'),
        depth) USING "values"
    LOOP
        EXIT;
    END LOOP;
    -- Of what it would scan: the vectors in HNSW indexes, and the rows of partitions that it would rather read in full.
    SELECT pg_catalog.sum(CASE WHEN m.amname = 'hnsw' THEN r.reltuples ELSE (node ->> 'Plan Rows')::double precision END),
        pg_catalog.count(*) FILTER (WHERE m.amname = 'hnsw'),
        CASE WHEN pg_catalog.bool_or(i.indpred IS NOT NULL) FILTER (WHERE m.amname = 'hnsw')
            THEN 'partial index' ELSE 'partition' END
    INTO vectors, graphs, means
    FROM pg_catalog.jsonb_path_query(plan, '$.** ? (exists (@."Relation Name"))') AS node
        LEFT JOIN pg_catalog.pg_class r
            ON r.relname = node ->> 'Index Name' AND r.relnamespace = 'pgembed_store'::pg_catalog.regnamespace
        LEFT JOIN pg_catalog.pg_am m ON m.oid = r.relam
        LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid;
END
$function$;

COMMENT ON FUNCTION pgembed.narrow_search(text, jsonb, text, integer, text, text[], regtype[]) IS
    'What a filter says of the store: the condition on its columns, as a search statement has it (null where it says '
    'nothing), the rows that pass it, and of what the server would scan for the nearest vectors among them: the vectors, '
    'the HNSW indexes, and whether one of these is partial. Rows and vectors are estimates; nothing is run.';
