-- Stores whose codec is fitted: an indexed form, by which candidates are found, and codes, by which they are ranked.

-- It gives the codecs too, from here on: another result type.
DO $drop$
BEGIN
    IF pg_catalog.to_regprocedure('pgembed.search_parts(text)') IS NOT NULL THEN
        DROP FUNCTION pgembed.search_parts(text);
    END IF;
END
$drop$;

ALTER TABLE pgembed.store
    ADD COLUMN recipe text,
    ADD COLUMN index_codec text CONSTRAINT store_index_codec_fkey REFERENCES pgembed.codec (name),
    ADD COLUMN candidates integer CONSTRAINT store_candidates_check CHECK (candidates >= 1),
    ADD CONSTRAINT store_tiers_check CHECK (num_nulls(recipe, index_codec, candidates) IN (0, 3));
COMMENT ON COLUMN pgembed.store.codec IS
    'How they are stored: f32 or f16 (embedding is a vector or halfvec), or the codec of the codes in rescoring.';
COMMENT ON COLUMN pgembed.store.table_name IS
    'Its table in schema pgembed_store: key_1 to key_n, carried_1 to carried_n, chunk, content_hash, embedding, and '
    'rescoring where it has tiers.';
COMMENT ON COLUMN pgembed.store.recipe IS
    'What both its codecs were fitted by: indexed form / rescoring form; null where it has no tiers, as the columns behind.';
COMMENT ON COLUMN pgembed.store.index_codec IS 'The codec of the indexed form, which is in embedding.';
COMMENT ON COLUMN pgembed.store.candidates IS
    'Among how many candidates by the indexed form the 10 nearest are to be looked for, at a recall of 0.95.';

CREATE TABLE pgembed.codec_form (
    codec_id integer NOT NULL
        CONSTRAINT codec_form_codec_id_fkey REFERENCES pgembed.codec (codec_id) ON DELETE CASCADE,
    position integer NOT NULL CONSTRAINT codec_form_position_check CHECK (position >= 1),
    weights  @vector_schema@.vector NOT NULL,
    shift    real NOT NULL,
    CONSTRAINT codec_form_pkey PRIMARY KEY (codec_id, position)
);
COMMENT ON TABLE pgembed.codec_form IS
    'How a vector is brought to an indexed form: a row for each of its values, or bits; no rows where it stays as it is.';
COMMENT ON COLUMN pgembed.codec_form.codec_id IS 'The codec.';
COMMENT ON COLUMN pgembed.codec_form.position IS 'The value, or bit, from 1.';
COMMENT ON COLUMN pgembed.codec_form.weights IS 'A value is the inner product with these, and a shift; a bit is whether it is above 0.';
COMMENT ON COLUMN pgembed.codec_form.shift IS 'The shift.';
