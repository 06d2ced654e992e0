-- Chooses how a hybrid search is run, for psql and for the client alike. The vector leg is the collection's search; the
-- text leg is planned here. Its scores are in rare words: a word that one text alone has, as often as can be, gives 1.
CREATE OR REPLACE FUNCTION pgembed.plan_hybrid(
    collection text,
    query_text text,
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
    OUT terms text[],
    OUT weights double precision[],
    OUT statement text)
LANGUAGE plpgsql
AS $function$
DECLARE
    select_rows constant integer := 5000;     -- texts that rare words are to select
    more_rows   constant integer := 50000;    -- and that words are to select at all, where there are rarer ones
    few_rows    constant integer := 2500;     -- rows that pass, from which on texts are looked up one by one
    parts    jsonb;
    searched record;
    weighed  record;
    depth    integer := least(10000, greatest(2 * k, 50));
    ran      text := filter;
    fusion   text := coalesce(options ->> 'fusion', 'weighted');
    share    double precision;
    metric   text;
    keys     text[];
BEGIN
    IF fusion NOT IN ('weighted', 'rrf') THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = pg_catalog.format('Expected fusion ''weighted'' or ''rrf'', got %L.', fusion);
    END IF;
    share := (options ->> 'text_weight')::double precision;
    IF NOT coalesce(share BETWEEN 0 AND 1, true) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = pg_catalog.format('Expected text_weight from 0 to 1, got %s.', share);
    END IF;
    IF options ->> 'min_relevance' IS NOT NULL OR options ->> 'max_distance' IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = 'Expected no min_relevance and no max_distance, got one: rows are found by their words too.',
            HINT = 'Use pgembed.search, or cut by the score.';
    END IF;
    SELECT c.key_columns INTO keys FROM pgembed.collection c WHERE c.name = plan_hybrid.collection;
    SELECT * INTO searched
    FROM pgembed.plan_search(
        collection, CASE WHEN k BETWEEN 1 AND 10000 THEN depth ELSE k END, filter, keys, options, marker, "values", types);
    plan := searched.plan;
    reason := searched.reason;
    matching_rows := searched.matching_rows;
    stored_rows := searched.stored_rows;
    space_id := searched.space_id;
    settings := searched.settings;
    SELECT s.metric INTO metric FROM pgembed.space s WHERE s.space_id = searched.space_id;

    -- Terms rarest first; each with how many texts it and the rarer ones select at most.
    SELECT pg_catalog.array_agg(pgembed.term_query(w.term) ORDER BY w.rank) AS queries,
        pg_catalog.array_agg(w.weight / pg_catalog.ln(w.texts + 1) ORDER BY w.rank) AS weights,
        pg_catalog.string_agg(pgembed.term_query(w.term), ' | ' ORDER BY w.rank)
            FILTER (WHERE w.rank = 1 OR w.total <= select_rows) AS selecting,
        pg_catalog.string_agg(pgembed.term_query(w.term), ' | ' ORDER BY w.rank)
            FILTER (WHERE w.rank = 1 OR w.total <= more_rows) AS more,
        pg_catalog.sum(w.weight / pg_catalog.ln(w.texts + 1))
            FILTER (WHERE w.rank > 1 AND w.total > select_rows AND w.total <= more_rows) AS spare,
        pg_catalog.min(w.total) AS rarest,
        pg_catalog.max(w.average_length) AS average_length
    INTO weighed
    FROM (SELECT *, pg_catalog.row_number() OVER (ORDER BY t.documents, t.term COLLATE "C") AS rank,
              pg_catalog.sum(t.documents) OVER (ORDER BY t.documents, t.term COLLATE "C") AS total
          FROM pgembed.weigh_terms(collection, coalesce(query_text, '')) t) w;
    terms := CASE
        WHEN weighed.queries IS NULL THEN '{}'
        ELSE ARRAY[weighed.selecting, weighed.more] || weighed.queries
    END;
    weights := coalesce(weighed.weights, '{}');
    IF weighed.queries IS NULL THEN
        reason := reason || '; the text has no word that the text index knows of';
    END IF;
    share := coalesce(share,
        (SELECT f.text_weight
         FROM pgembed.fusion f JOIN pgembed.collection c USING (collection_id)
         WHERE fusion = 'weighted' AND c.name = plan_hybrid.collection AND f.space_id = searched.space_id),
        CASE fusion WHEN 'rrf' THEN 0.5 ELSE 0.3 END);

    FOR n IN 1 .. coalesce(pg_catalog.cardinality("values"), 0) LOOP
        ran := pg_catalog.replace(ran, marker || n || '$', '$' || n + 1);
    END LOOP;
    parts := (SELECT pg_catalog.to_jsonb(p) FROM pgembed.search_parts(collection) p)
        || (SELECT pg_catalog.jsonb_build_object(
                'index_table', x.index_table,
                'norm', pg_catalog.format('1.2 * (0.25 + 0.75 * pg_catalog.length(lexemes) / %s::double precision)',
                    greatest(1, weighed.average_length)),
                'similarity', CASE metric
                    WHEN 'cosine' THEN '1 - _pgembed_distance'
                    WHEN 'l2' THEN '1 / (1 + _pgembed_distance)'
                    ELSE '- _pgembed_distance'
                END)
            FROM pgembed.text_index_parts(collection) x);
    statement := pgembed.hybrid_statement(
        parts, k, depth, ran,
        CASE
            WHEN columns IS NULL THEN 'ARRAY[' || (parts ->> 'key_text') || '] AS key'
            ELSE (SELECT pg_catalog.string_agg(
                    pg_catalog.format('%s.%I', parts ->> 'source_name', c.name), ', ' ORDER BY c.position)
                  FROM pg_catalog.unnest(columns) WITH ORDINALITY AS c (name, position))
        END,
        searched.statement,
        coalesce(pg_catalog.cardinality("values"), 0) + 2,
        pg_catalog.cardinality(weights),
        weighed.spare,
        CASE WHEN filter IS NOT NULL AND matching_rows <= few_rows THEN 4 * few_rows END,
        fusion,
        share);
END
$function$;

COMMENT ON FUNCTION pgembed.plan_hybrid(text, text, integer, text, text[], jsonb, text, text[], regtype[]) IS
    'How a hybrid search is run: the statement, its settings, its terms and their weights, and why. Options: fusion '
    '(weighted or rrf), text_weight (0 to 1), and those of pgembed.plan_search. Errors: as pgembed.plan_search; PE030 no '
    'text index, PE032 an option out of its range.';
