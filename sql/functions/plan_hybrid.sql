-- Chooses how the text leg of a hybrid search is run; the vector leg is the collection's search and planned by it. The text's
-- scores are in rare words: a word that one text alone has, as often as can be, gives 1.
CREATE OR REPLACE FUNCTION pgembed.plan_hybrid(
    collection text,
    query_text text,
    k integer,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}',
    OUT space_id uuid,
    OUT fusion text,
    OUT text_weight double precision,
    OUT terms text[],
    OUT weights double precision[],
    OUT statement text)
LANGUAGE plpgsql
AS $function$
DECLARE
    select_rows constant integer := 5000;     -- texts that rare words are to select
    more_rows   constant integer := 50000;    -- and that words are to select at all, where there are rarer ones
    few_rows    constant integer := 2500;     -- rows that pass, from which on texts are looked up one by one
    parts   jsonb;
    weighed record;
    few     boolean := false;
BEGIN
    fusion := coalesce(options ->> 'fusion', 'weighted');
    IF fusion NOT IN ('weighted', 'rrf') THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = pg_catalog.format('Expected fusion ''weighted'' or ''rrf'', got %L.', fusion);
    END IF;
    text_weight := (options ->> 'text_weight')::double precision;
    IF NOT coalesce(text_weight BETWEEN 0 AND 1, true) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = pg_catalog.format('Expected text_weight from 0 to 1, got %s.', text_weight);
    END IF;
    IF options ->> 'min_relevance' IS NOT NULL OR options ->> 'max_distance' IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = 'Expected no min_relevance and no max_distance, got one: rows are found by their words too.',
            HINT = 'Use pgembed.search, or cut by the score.';
    END IF;
    IF k IS NULL OR k < 1 OR k > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE020',
            MESSAGE = pg_catalog.format('Expected k from 1 to 10000, got %s.', coalesce(k::text, 'null'));
    END IF;
    SELECT pg_catalog.to_jsonb(p), p.space_id INTO parts, space_id FROM pgembed.hybrid_parts(collection) p;

    -- Terms rarest first; each with how many texts it and the rarer ones select at most. The first that is in a text at
    -- all always selects, however many.
    SELECT pg_catalog.array_agg(pgembed.term_query(w.term) ORDER BY w.rank) AS queries,
        pg_catalog.array_agg(w.weight / pg_catalog.ln(w.texts + 1) ORDER BY w.rank) AS weights,
        pg_catalog.string_agg(pgembed.term_query(w.term), ' | ' ORDER BY w.rank)
            FILTER (WHERE w.total = w.documents OR w.total <= select_rows) AS selecting,
        pg_catalog.string_agg(pgembed.term_query(w.term), ' | ' ORDER BY w.rank)
            FILTER (WHERE w.total = w.documents OR w.total <= more_rows) AS more,
        pg_catalog.sum(w.weight / pg_catalog.ln(w.texts + 1))
            FILTER (WHERE w.total > w.documents AND w.total > select_rows AND w.total <= more_rows) AS spare,
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
    text_weight := coalesce(text_weight,
        (SELECT f.text_weight
         FROM pgembed.fusion f JOIN pgembed.collection c USING (collection_id)
         WHERE plan_hybrid.fusion = 'weighted' AND c.name = plan_hybrid.collection AND f.space_id = plan_hybrid.space_id),
        CASE fusion WHEN 'rrf' THEN 0.5 ELSE 0.35 END);
    IF filter IS NOT NULL AND weighed.queries IS NOT NULL THEN
        few := pgembed.estimate_rows(pg_catalog.format(E'SELECT FROM %s AS %s WHERE (\n%s\n)',
            parts ->> 'source', parts ->> 'source_name', filter)) <= few_rows;
    END IF;
    statement := pgembed.hybrid_statement(
        parts || pg_catalog.jsonb_build_object('norm', pg_catalog.format(
            '1.2 * (0.25 + 0.75 * pg_catalog.length(lexemes) / %s::double precision)', greatest(1, weighed.average_length))),
        k, greatest(k, 100), filter, pg_catalog.cardinality(weights), weighed.spare,
        CASE WHEN few THEN 4 * few_rows END, fusion, text_weight);
END
$function$;

COMMENT ON FUNCTION pgembed.plan_hybrid(text, text, integer, text, jsonb) IS
    'How a hybrid search is run: how its legs are fused, the query''s terms and their weights, and the statement. Options: '
    'fusion (weighted or rrf), text_weight (0 to 1), and those of pgembed.search. Errors: as pgembed.text_index_parts and '
    'pgembed.serving_store; PE020 k, PE032 an option out of its range.';
