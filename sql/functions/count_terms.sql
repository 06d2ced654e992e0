CREATE OR REPLACE FUNCTION pgembed.count_terms(collection text)
RETURNS bigint
LANGUAGE plpgsql
AS $function$
DECLARE
    parts   record;
    terms   bigint;
    counted bigint;
    length  double precision;
BEGIN
    SELECT * INTO parts FROM pgembed.text_index_parts(count_terms.collection);
    -- One at a time.
    PERFORM FROM pgembed.text_index x WHERE x.collection_id = parts.collection_id FOR UPDATE;
    DELETE FROM pgembed.text_term t WHERE t.collection_id = parts.collection_id;
    INSERT INTO pgembed.text_term (collection_id, term, documents)
    SELECT parts.collection_id, s.word, s.ndoc
    FROM pg_catalog.ts_stat('SELECT lexemes FROM ' || parts.index_table) s;
    GET DIAGNOSTICS terms = ROW_COUNT;
    EXECUTE 'SELECT pg_catalog.count(*), coalesce(pg_catalog.avg(pg_catalog.length(lexemes)), 0) FROM '
        || parts.index_table
    INTO counted, length;
    EXECUTE 'ANALYZE ' || parts.index_table;
    UPDATE pgembed.text_index x
    SET documents = counted, average_length = length, counted_at = pg_catalog.now()
    WHERE x.collection_id = parts.collection_id;
    RETURN terms;
END
$function$;

COMMENT ON FUNCTION pgembed.count_terms(text) IS
    'Counts in how many of the collection''s texts each lexeme is, by which hybrid search weighs them, and says how many '
    'lexemes there are. To be called again when the texts have become others. Errors: as pgembed.text_index_parts.';
