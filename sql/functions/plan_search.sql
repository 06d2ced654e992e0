-- Chooses how a search is run, for psql and for the client alike. Costs are in rows of a full ranking: one row, ranked,
-- costs 1. Constants were fitted by tools/bench filter.
--
-- A filter of few rows is ranked in full: its rows are counted first, up to a bound, should the estimate be far too low.
-- Else the index is probed. Whether a filter goes with or against the query's neighbourhood, no statistics tell; how many
-- of the nearest vectors pass does. When k pass, the search is done; when fewer do, either the index is followed farther,
-- for as far as that is cheaper than ranking all that pass, or all are ranked.
CREATE OR REPLACE FUNCTION pgembed.plan_search(
    collection text,
    k integer,
    filter text DEFAULT NULL,
    columns text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    marker text DEFAULT NULL,
    "values" text[] DEFAULT NULL,
    types regtype[] DEFAULT NULL,
    OUT plan text,
    OUT reason text,
    OUT matching_rows double precision,
    OUT stored_rows double precision,
    OUT space_id uuid,
    OUT settings jsonb,
    OUT statement text)
LANGUAGE plpgsql
AS $function$
DECLARE
    tuple_cost constant double precision := 6;     -- a vector that the index gives
    scan_cost  constant double precision := 200;   -- the way into the index
    parts      jsonb;
    estimated  text := filter;
    ran        text := filter;
    ef_search  integer;
    bound      integer;
    depth      integer;
    reach      integer;
    wanted     integer;
    worthwhile integer;
    probe_cost double precision;
    selected   text;
BEGIN
    IF k IS NULL OR k < 1 OR k > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE020',
            MESSAGE = pg_catalog.format('Expected k from 1 to 10000, got %s.', coalesce(k::text, 'null'));
    END IF;
    SELECT pg_catalog.to_jsonb(p), p.space_id INTO parts, space_id FROM pgembed.search_parts(collection) p;

    -- A value is a constant to the estimate and a parameter to the statement.
    FOR n IN 1 .. coalesce(pg_catalog.cardinality("values"), 0) LOOP
        estimated := pg_catalog.replace(
            estimated, marker || n || '$', pg_catalog.format('($1)[%s]::%s', n, types[n]));
        ran := pg_catalog.replace(ran, marker || n || '$', '$' || n + 1);
    END LOOP;
    stored_rows := pgembed.estimate_rows('SELECT FROM ' || (parts ->> 'store'));
    matching_rows := stored_rows;
    IF filter IS NOT NULL THEN
        -- A row without text has no vector, so no more rows can match than there are vectors.
        matching_rows := least(stored_rows, pgembed.estimate_rows(
            pg_catalog.format(E'SELECT FROM %s AS %s WHERE (\n%s\n)',
                parts ->> 'source', parts ->> 'source_name', estimated),
            "values"));
    END IF;

    ef_search := coalesce(
        (options ->> 'ef_search')::integer, pgembed.tuned_ef_search(collection, k), least(1000, greatest(100, 2 * k)));
    depth := greatest(k, ef_search * 2 / 3);
    probe_cost := scan_cost + tuple_cost * ef_search;
    IF (options ->> 'exact')::boolean THEN
        reason := 'an exact search was asked for';
    ELSIF NOT (parts ->> 'indexed')::boolean THEN
        reason := 'no index serves the collection';
    ELSIF stored_rows <= 2 * probe_cost THEN
        reason := 'ranking every row costs no more than the way through the index';
    ELSIF matching_rows <= 2 * probe_cost THEN
        bound := 4 * probe_cost;
        reason := 'ranking the few rows that pass costs no more than the way through the index';
    ELSE
        -- Of the nearest p vectors n pass: k of them in about the nearest k * p / n.
        worthwhile := greatest(1, pg_catalog.ceil(
            1.5 * k * depth * tuple_cost / greatest(1, matching_rows - scan_cost)));
        reason := 'many rows pass: the index is asked first';
        IF worthwhile >= k OR filter IS NULL THEN
            worthwhile := NULL;
        END IF;
    END IF;

    plan := 'exact';
    IF bound IS NULL AND reason NOT LIKE '%index is asked first' THEN
        depth := NULL;
    ELSE
        wanted := k + greatest(5, k / 2);
        IF bound IS NOT NULL THEN
            reach := NULL;
        ELSE
            plan := 'index';
            IF worthwhile IS NOT NULL THEN
                plan := 'iterative index';
                reach := least(stored_rows, greatest(depth, (matching_rows - scan_cost) / tuple_cost));
            END IF;
        END IF;
    END IF;
    settings := pg_catalog.jsonb_build_object('jit', 'off');
    IF depth IS NOT NULL THEN
        settings := settings || pg_catalog.jsonb_build_object(
            'hnsw.ef_search', ef_search::text,
            'hnsw.iterative_scan', 'relaxed_order',
            'hnsw.max_scan_tuples', greatest(coalesce(reach, 0), depth, 20000)::text);
    END IF;
    selected := CASE
        WHEN columns IS NULL THEN 'ARRAY[' || (parts ->> 'key_text') || '] AS key'
        ELSE (SELECT pg_catalog.string_agg(
                pg_catalog.format('%s.%I', parts ->> 'source_name', c.name), ', ' ORDER BY c.position)
              FROM pg_catalog.unnest(columns) WITH ORDINALITY AS c (name, position))
    END;
    statement := pgembed.search_statement(
        parts, k, ran, selected, bound, depth, reach, CASE WHEN reach IS NOT NULL THEN wanted END, worthwhile,
        pg_catalog.quote_literal((options ->> 'max_distance')::double precision));
END
$function$;

COMMENT ON FUNCTION pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], regtype[]) IS
    'How a search is run.';
