-- A store with tiers has no column that the schema before could search by.
DO $check$
BEGIN
    IF EXISTS (SELECT FROM pgembed.store WHERE index_codec IS NOT NULL) THEN
        RAISE EXCEPTION 'Expected no store with a fitted codec, found %.',
            (SELECT string_agg(table_name, ', ' ORDER BY table_name) FROM pgembed.store WHERE index_codec IS NOT NULL)
        USING HINT = 'Give their collections the codec f32 or f16 first: pgembed codec apply.';
    END IF;
    IF pg_catalog.to_regprocedure('pgembed.search_parts(text)') IS NOT NULL THEN
        DROP FUNCTION pgembed.search_parts(text);
    END IF;
END
$check$;
DROP TABLE pgembed.codec_form;
ALTER TABLE pgembed.store
    DROP CONSTRAINT store_tiers_check,
    DROP COLUMN recipe,
    DROP COLUMN index_codec,
    DROP COLUMN candidates;
COMMENT ON COLUMN pgembed.store.codec IS 'How they are stored.';
COMMENT ON COLUMN pgembed.store.table_name IS
    'Its table in schema pgembed_store: key_1 to key_n, carried_1 to carried_n, chunk, content_hash, embedding.';
