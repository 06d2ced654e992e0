-- A query's words weigh what BM25 has them weigh: ln(1 + (N - n + 0.5) / (n + 0.5)), where n of N texts have the word.
-- No more than 64 of them, the rarest: the rest of a long text adds little. A word that was in no text when they were
-- counted may be new, and is kept where there is room.
--
-- Where terms were never counted, or there are more than twice or less than half as many texts now, they are counted here.
CREATE OR REPLACE FUNCTION pgembed.weigh_terms(collection text, query text)
RETURNS TABLE (term text, documents bigint, weight double precision, texts bigint, average_length double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    most  constant integer := 64;
    parts record;
    lexeme record;
    stale boolean;
BEGIN
    SELECT * INTO parts FROM pgembed.text_index_parts(weigh_terms.collection);
    texts := (SELECT r.reltuples FROM pg_catalog.pg_class r WHERE r.oid = parts.index_table::regclass);
    average_length := parts.average_length;
    stale := parts.documents = 0 OR texts > 2 * parts.documents OR (texts >= 0 AND texts < parts.documents / 2);
    IF stale THEN
        EXECUTE pg_catalog.format(
            'SELECT pg_catalog.count(*), coalesce(pg_catalog.avg(pg_catalog.length(lexemes)), 0) FROM %s',
            parts.index_table)
        INTO texts, average_length;
    ELSE
        texts := parts.documents;
    END IF;

    FOR lexeme IN
        SELECT l.lexeme AS term, coalesce(c.documents, 0) AS documents
        FROM pg_catalog.unnest(
                pg_catalog.to_tsvector(parts.config::regconfig, pg_catalog.left(query, 100000))) AS l
            LEFT JOIN pgembed.text_term c ON c.collection_id = parts.collection_id AND c.term = l.lexeme
        ORDER BY c.documents IS NULL, c.documents, l.lexeme COLLATE "C"
        LIMIT most
    LOOP
        term := lexeme.term;
        documents := lexeme.documents;
        IF stale THEN
            EXECUTE pg_catalog.format(
                'SELECT pg_catalog.count(*) FROM %s WHERE lexemes @@ $1::pg_catalog.tsquery', parts.index_table)
            INTO documents
            USING pgembed.term_query(term);
        END IF;
        documents := least(documents, texts);
        weight := pg_catalog.ln(1 + (texts - documents + 0.5) / (documents + 0.5));
        RETURN NEXT;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.weigh_terms(text, text) IS
    'The lexemes of a query text, the rarest first: in how many of the collection''s texts each is, what it weighs, how '
    'many texts there are, and how many different lexemes they have on average. Errors: as pgembed.text_index_parts.';
