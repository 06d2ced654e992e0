CREATE OR REPLACE FUNCTION pgembed.fill_text_index(collection text, rows bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
AS $function$
DECLARE
    parts  record;
    served record;
    filled bigint;
BEGIN
    SELECT * INTO parts FROM pgembed.text_index_parts(fill_text_index.collection);
    SELECT * INTO served FROM pgembed.serving_store(fill_text_index.collection);
    EXECUTE pg_catalog.format(
        $sql$INSERT INTO %1$s (%2$s, content_hash, lexemes)
        SELECT %3$s, v.content_hash, pg_catalog.to_tsvector(%4$L, pg_catalog.left(%5$s, 100000))
        FROM %9$s v JOIN %6$s s ON %7$s
        WHERE v.chunk = 0
            AND pg_catalog.sha256(pg_catalog.convert_to(%5$s, 'UTF8')) = v.content_hash
            AND NOT EXISTS (SELECT FROM %1$s t WHERE %8$s)
        ORDER BY %3$s
        LIMIT $1
        ON CONFLICT DO NOTHING$sql$,
        parts.index_table, parts.keys, parts.row_keys, parts.config, parts.source_text, parts.source,
        parts.source_join, parts.same_keys, served.store)
    USING rows;
    GET DIAGNOSTICS filled = ROW_COUNT;
    RETURN filled;
END
$function$;

COMMENT ON FUNCTION pgembed.fill_text_index(text, bigint) IS
    'Gives the collection''s text index the texts that it has not, at most so many, and says how many these were. To be '
    'called until it gives 0, in transactions of their own where rows are given, so that writers wait for none of them '
    'long; then pgembed.count_terms. Errors: as pgembed.text_index_parts and pgembed.serving_store.';
