-- A row's lexemes are those of its text as it is in the source, where that is the text that the store has been given.
-- What is longer than 100,000 characters is cut: a tsvector takes one megabyte.
CREATE OR REPLACE FUNCTION pgembed.store_changed()
RETURNS trigger
LANGUAGE plpgsql
AS $function$
DECLARE
    parts record;
BEGIN
    SELECT p.* INTO parts
    FROM pgembed.collection c
        JOIN pgembed.text_index x USING (collection_id)
        CROSS JOIN LATERAL pgembed.text_index_parts(c.name) p
    WHERE c.collection_id = TG_ARGV[0]::integer;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    IF TG_OP = 'DELETE' THEN
        EXECUTE pg_catalog.format(
            'DELETE FROM %s t USING _pgembed_changed v WHERE %s AND NOT EXISTS ('
            'SELECT FROM %s s WHERE %s AND pg_catalog.sha256(pg_catalog.convert_to(%s, ''UTF8'')) = t.content_hash)',
            parts.index_table, parts.same_keys, parts.source, parts.source_join, parts.source_text);
        RETURN NULL;
    END IF;
    EXECUTE pg_catalog.format(
        $sql$INSERT INTO %1$s AS t (%2$s, content_hash, lexemes)
        SELECT %3$s, v.content_hash, pg_catalog.to_tsvector(%4$L, pg_catalog.left(%5$s, 100000))
        FROM _pgembed_changed v JOIN %6$s s ON %7$s
        WHERE v.chunk = 0
            AND pg_catalog.sha256(pg_catalog.convert_to(%5$s, 'UTF8')) = v.content_hash
            AND NOT EXISTS (SELECT FROM %1$s t WHERE %8$s AND t.content_hash = v.content_hash)
        ORDER BY %3$s
        ON CONFLICT (%2$s) DO UPDATE SET content_hash = excluded.content_hash, lexemes = excluded.lexemes
        WHERE t.content_hash <> excluded.content_hash$sql$,
        parts.index_table, parts.keys, parts.row_keys, parts.config, parts.source_text, parts.source,
        parts.source_join, parts.same_keys);
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.store_changed() IS
    'Trigger of a store whose collection has a text index: keeps its rows'' lexemes in step, in the same transaction. Its '
    'argument is the collection''s number.';
