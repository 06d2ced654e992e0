-- Chooses how a search is run, for psql and for the client alike. A plan is a list of steps (pgembed.search_statement),
-- run one after another until one has found enough: at least `least` rows, at most `most`. A step with `worth` is passed
-- over where the step before found fewer rows. The last step ranks all rows that pass and always is enough; so whatever
-- was estimated, min(k, matching) rows come back, and all of them from one statement, which sees one snapshot.
--
-- Costs are in rows of a full ranking, where ranking one row costs 1 (about 4 us): fitted to what tools/bench filter shows
-- of its fixed plans, 0.4 ms for the way into the index and 0.03 ms for each vector that it gives. From that follows:
-- - A filter of few rows is ranked at once. It is counted up to a bound on the way, should the estimate be far too low:
--   columns that hang together, JSON, arrays, a table never analyzed.
-- - Else the index is asked, with ef_search well above k: what an index search misses, it misses at its edge, and now and
--   then by a lot. The asked recall says among how many rows that pass the k are to be found. Where the index has so many in
--   one batch of ef_search vectors (that is the cheapest by far), it stops at k of them, since a batch is
--   sorted. Else it scans on until it has them all.
-- - Whether a filter goes with or against the query's neighbourhood, no statistics tell; how many of the nearest vectors
--   pass does. A filter that goes against it makes the index slow and its answers wrong (few of the graph's edges lead
--   there). So a step by the index ends where it would have had enough rows even if those that pass were a quarter as dense
--   about the query as they are in all (half, where it scans on); and where that costs more than a quarter of the ranking,
--   a probe of the nearest 50 to 200 vectors comes before, and the index is passed over where hardly any of them pass.
--
-- Where the store has tiers, all this is about the candidates that are found by the indexed form and ranked by their codes:
-- more of them than k, as many as the recall asks for.
--
-- Where a partial index or a few partitions alone can have the rows that pass (pgembed.narrow_search), the steps look only
-- there, but for the last and for one that counts: a carried value may be older than the row it was copied from. So what is
-- found there is held against the filter itself, and where it is not enough, steps decide that don't go by it.
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
    OUT store_id integer,
    OUT steps jsonb)
LANGUAGE plpgsql
-- Compiling the look at the catalog takes up to a hundred times what running it takes.
SET jit = off
AS $function$
DECLARE
    tuple_cost constant double precision := 8;      -- a vector that the index gives
    scan_cost  constant double precision := 100;    -- the way into the index
    few_rows   constant integer := 1000;            -- more are worth ranking in parallel
    caution    constant double precision := 1.25;   -- by so much must the index be cheaper, since it may come back short
    parts      jsonb;
    asked      jsonb;                 -- parts, for who asks with the query vector itself
    ranked     integer := k;          -- rows that the steps are to give
    estimated  text := filter;
    ran        text := filter;
    recall     double precision := coalesce((options ->> 'recall')::double precision, 0.95);
    ef_search  integer := (options ->> 'ef_search')::integer;
    tuned      integer := CASE WHEN options ->> 'recall' IS NULL THEN pgembed.tuned_ef_search(collection, k) END;
    batch      integer;               -- ef_search without a filter that calls for more
    spare      double precision;
    density    double precision;
    wanted     integer;               -- rows that the index is to find
    expected   double precision;      -- vectors among which so many pass
    given      double precision;      -- vectors that the index gives until then
    near       boolean := false;
    reach      integer;
    probed     integer;               -- vectors that a probe looks at
    costs      double precision;
    narrow     record;
    way        double precision;      -- the cost of the way through the index to what is expected to be enough
BEGIN
    IF k IS NULL OR k < 1 OR k > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE020',
            MESSAGE = pg_catalog.format('Expected k from 1 to 10000, got %s.', coalesce(k::text, 'null'));
    END IF;
    PERFORM pgembed.check_search_options(options);
    SELECT pg_catalog.to_jsonb(p), p.space_id, p.store_id INTO parts, space_id, store_id
    FROM pgembed.search_parts(collection) p;
    asked := CASE WHEN marker IS NULL THEN parts || pg_catalog.jsonb_build_object('distance', parts ->> 'by_vector') ELSE parts END;

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

    -- 2 at a recall of 0.95, 5 at 0.99.
    spare := 2 * pg_catalog.power(0.05 / greatest(1 - recall, 0.0001), 0.6);
    IF parts ->> 'candidates' IS NOT NULL THEN
        -- What a form misplaces is at the edge of the k, which grows slower than k.
        ranked := pg_catalog.ceil(k + greatest(0, (parts ->> 'candidates')::integer - 10) * pg_catalog.sqrt(k / 10.0) * spare / 2);
        IF (options ->> 'exact')::boolean OR recall > 0.9999 THEN
            ranked := greatest(ranked, 10000);
        END IF;
    END IF;
    IF filter IS NOT NULL AND (options ->> 'exact')::boolean IS DISTINCT FROM true THEN
        SELECT * INTO narrow FROM pgembed.narrow_search(collection, parts, filter, marker, "values", types);
    ELSE
        SELECT NULL::text AS means, NULL::text AS part, NULL::double precision AS rows, NULL::double precision AS vectors,
            NULL::integer AS graphs INTO narrow;
    END IF;
    density := least(1, greatest(1, matching_rows) / greatest(1, coalesce(narrow.rows, stored_rows)));
    wanted := ranked + pg_catalog.ceil(greatest(15 * spare, spare * ranked / 2))::integer;
    expected := wanted / density;
    -- Past the vectors, too, that what the filter says of the store excludes.
    given := expected * coalesce(narrow.vectors / narrow.rows, 1);
    batch := least(1000, coalesce(ef_search, tuned, pg_catalog.ceil(spare * greatest(220, ranked))));
    ef_search := coalesce(ef_search, least(1000, greatest(
        batch, CASE WHEN filter IS NOT NULL THEN pg_catalog.ceil(given) END,
        CASE WHEN density < 0.9 AND tuned IS NULL THEN pg_catalog.ceil(250 * spare) END)));
    -- The index gives them in batches of ef_search; each index is walked from its own entry.
    way := coalesce(narrow.graphs, 1) * (scan_cost + tuple_cost * ef_search * pg_catalog.ceil(given / ef_search));
    IF given <= ef_search OR (filter IS NULL AND ef_search >= spare * ranked) THEN
        -- In one batch, sorted: more rows than these would be no other ones. If they don't come within four times the vectors that
        -- the density promises, the filter goes against the query.
        wanted := ranked;
        reach := least(ef_search, pg_catalog.ceil(4 * ranked / density));
    ELSE
        reach := least(2000000000, pg_catalog.ceil(2 * expected));
    END IF;

    plan := 'exact';
    steps := '[]';
    IF (options ->> 'exact')::boolean OR recall > 0.9999 THEN
        reason := 'an exact search was asked for';
    ELSIF NOT (parts ->> 'indexed')::boolean AND narrow.means IS NULL THEN
        reason := 'no index serves the collection';
    ELSIF stored_rows <= scan_cost + tuple_cost * batch THEN
        reason := 'ranking every row costs no more than the way through the index';
    ELSIF filter IS NULL THEN
        plan := 'index';
        reason := 'there is no filter';
        near := true;
        reach := greatest(4 * wanted, ef_search);
    ELSIF narrow.means = 'partition' AND narrow.rows <= way THEN
        reason := 'the partitions that can have the rows that pass have few: they are ranked';
        steps := steps || pg_catalog.jsonb_build_object('step', 'within', 'least', ranked);
    ELSIF matching_rows <= few_rows THEN
        reason := 'ranking the few rows that pass costs no more than the way through the index';
        steps := steps || pg_catalog.jsonb_build_object('step', 'few', 'bound', 4 * few_rows, 'most', 4 * few_rows);
        -- Only where there are far more than was thought.
        near := true;
        reach := greatest(1000, 4 * wanted);
    ELSIF matching_rows <= way * (CASE WHEN narrow.means IS NULL THEN caution ELSE 1 END) THEN
        reason := 'ranking the rows that pass costs no more than the way through the index';
    ELSE
        reason := 'many rows pass: the index is asked first';
        near := true;
        costs := scan_cost + tuple_cost * greatest(ef_search, reach);
        plan := coalesce(narrow.means, CASE WHEN expected <= ef_search THEN 'index' ELSE 'iterative index' END);
        IF narrow.means IS NOT NULL THEN
            reason := pg_catalog.format('a %s has the rows that can pass: it is asked first', narrow.means);
        END IF;
        IF costs > matching_rows / 4 THEN
            -- It only looks: `least` is more than it can find. In so many, six pass where the filter is independent.
            probed := least(200, greatest(50, pg_catalog.ceil(6 / density)));
            steps := steps || pg_catalog.jsonb_build_object(
                'step', 'probe', 'bound', probed, 'wanted', probed, 'least', probed + 1);
        END IF;
    END IF;
    IF near THEN
        steps := steps || pg_catalog.jsonb_build_object(
            'step', 'near', 'bound', reach, 'wanted', wanted, 'least', wanted,
            'worth', CASE WHEN steps -> 0 ->> 'step' = 'probe' THEN greatest(1, pg_catalog.floor(probed * density / 3)) END);
    END IF;
    steps := steps || pg_catalog.jsonb_build_object('step', 'every');

    steps := (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(s.step)
            || CASE WHEN narrow.part IS NOT NULL AND pg_catalog.cardinality("values") > 0 THEN '{"by_value": true}'::jsonb
                ELSE '{}' END
            || pg_catalog.jsonb_build_object(
                'settings',
                CASE s.step ->> 'step'
                    WHEN 'every' THEN '{"jit": "off", "enable_sort": "on"}'::jsonb
                    WHEN 'few' THEN '{"jit": "off", "enable_sort": "on"}'::jsonb
                    WHEN 'within' THEN '{"jit": "off", "enable_sort": "on"}'::jsonb
                    ELSE pg_catalog.jsonb_build_object(
                        'jit', 'off',
                        'enable_sort', 'off',
                        'hnsw.ef_search',
                        CASE s.step ->> 'step' WHEN 'probe' THEN least(ef_search, probed) ELSE ef_search END::text,
                        -- Within one batch nothing need be kept for a next one, which makes it a tenth cheaper.
                        'hnsw.iterative_scan',
                        CASE WHEN (s.step ->> 'bound')::integer <= ef_search THEN 'off' ELSE 'relaxed_order' END,
                        -- The step's own bound is what ends it.
                        'hnsw.max_scan_tuples', greatest(20000, least(2000000000,
                            50 * (s.step ->> 'bound')::bigint * coalesce(narrow.vectors / narrow.rows, 1)))::bigint::text,
                        'hnsw.scan_mem_multiplier', CASE WHEN (s.step ->> 'bound')::integer <= 500 THEN '2' ELSE '16' END)
                END
                -- The server must know a value to see that a partial index or partition has all that it can be in.
                || CASE WHEN narrow.means IS NULL THEN '{}' ELSE '{"plan_cache_mode": "force_custom_plan"}'::jsonb END,
                'statement',
                pgembed.search_statement(
                    CASE WHEN narrow.means IS NULL OR s.step ->> 'step' IN ('few', 'every') THEN asked
                        ELSE asked || pg_catalog.jsonb_build_object('store', narrow.part) END,
                    s.step ->> 'step', CASE s.step ->> 'step' WHEN 'probe' THEN 1 ELSE ranked END, ran, columns,
                    (s.step ->> 'bound')::integer, (s.step ->> 'wanted')::integer))
            ORDER BY s.position)
        FROM pg_catalog.jsonb_array_elements(steps) WITH ORDINALITY AS s (step, position));
END
$function$;

COMMENT ON FUNCTION pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], regtype[]) IS
    'How a search for the k rows nearest to a query is run: the plan (exact, index, iterative index, partial index, '
    'partition) and why, how many rows '
    'the server expects to pass the filter, of how many, the space that the query vector must be of, and the steps, a JSON '
    'array: each a statement ($1 the query vector; with a marker, where the store has tiers, its indexed form), the settings '
    'it needs, and when it is enough (rows found at least '
    '`least`, at most `most`); the last always is. by_value: for other values, other partial indexes or partitions may serve; '
    'the plan is right for them, and slower. The filter is a condition in SQL over the source table; its values may '
    'stand as marker, number, $ and come as texts with their types: then $2, $3 are theirs. Columns: what of the row is '
    'returned, a null among them for a hash of the key; null for the key as texts. Options: as pgembed.search. Nothing is '
    'run but EXPLAIN. Errors: PE020 k out of its range; PE021 an option; as pgembed.serving_store; as the server''s, where '
    'it can''t run the filter.';
