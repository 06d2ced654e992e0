-- Carried columns, partitioned stores, and sampled queries to choose them by.

-- It gives the carried columns too, from here on: another result type. (IF EXISTS would say that there is none.)
DO $drop$
BEGIN
    IF pg_catalog.to_regprocedure('pgembed.serving_store(text)') IS NOT NULL THEN
        DROP FUNCTION pgembed.serving_store(text);
    END IF;
END
$drop$;

ALTER TABLE pgembed.collection
    ADD COLUMN carried_columns text[] NOT NULL DEFAULT '{}'
        CONSTRAINT collection_carried_columns_check
        CHECK (array_position(carried_columns, NULL) IS NULL AND NOT carried_columns && key_columns);
COMMENT ON COLUMN pgembed.collection.carried_columns IS
    'The columns that are copied into its stores, in order, so that indexes and partitions there can use them.';

ALTER TABLE pgembed.store
    ADD COLUMN partition_strategy text
        CONSTRAINT store_partition_strategy_check CHECK (partition_strategy IN ('range', 'list', 'hash')),
    ADD COLUMN partition_column text,
    ADD COLUMN partition_count integer
        CONSTRAINT store_partition_count_check CHECK (partition_count >= 1),
    ADD COLUMN partition_step text,
    ADD CONSTRAINT store_partition_check CHECK ((partition_strategy IS NULL) = (partition_column IS NULL)),
    ADD CONSTRAINT store_partition_step_check CHECK (partition_step IS NULL OR partition_strategy = 'range');
COMMENT ON COLUMN pgembed.store.table_name IS
    'Its table in schema pgembed_store: key_1 to key_n, carried_1 to carried_n, chunk, content_hash, embedding.';
COMMENT ON COLUMN pgembed.store.partition_strategy IS
    'How its table is partitioned: range, list or hash; null where it is not.';
COMMENT ON COLUMN pgembed.store.partition_column IS
    'The key or carried column that it is partitioned by, as the user''s table calls it.';
COMMENT ON COLUMN pgembed.store.partition_count IS
    'Under hash, how many partitions; under list, how many frequent values get one of their own.';
COMMENT ON COLUMN pgembed.store.partition_step IS
    'Under range, how much a partition spans: an interval or a number; null where the bounds were given.';

CREATE TABLE pgembed.query_sample (
    sample_id     bigint           GENERATED ALWAYS AS IDENTITY CONSTRAINT query_sample_pkey PRIMARY KEY,
    collection_id integer          NOT NULL
        CONSTRAINT query_sample_collection_id_fkey REFERENCES pgembed.collection (collection_id) ON DELETE CASCADE,
    space_id      uuid             NOT NULL,
    filter        text,
    marker        text,
    filter_values text[]           NOT NULL DEFAULT '{}',
    filter_types  text[]           NOT NULL DEFAULT '{}',
    k             integer          NOT NULL CONSTRAINT query_sample_k_check CHECK (k >= 1),
    plan          text             NOT NULL,
    hits          integer          NOT NULL,
    milliseconds  double precision NOT NULL,
    weight        double precision NOT NULL CONSTRAINT query_sample_weight_check CHECK (weight >= 1),
    embedding     @vector_schema@.vector,
    sampled_at    timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT query_sample_values_check CHECK (cardinality(filter_values) = cardinality(filter_types)),
    CONSTRAINT query_sample_marker_check CHECK (marker IS NOT NULL OR cardinality(filter_values) = 0)
);
CREATE INDEX query_sample_collection_id_idx ON pgembed.query_sample (collection_id, sample_id);
COMMENT ON TABLE pgembed.query_sample IS
    'Searches that clients sampled, where they were told to. Their filters hold the values that were asked for.';
COMMENT ON COLUMN pgembed.query_sample.sample_id IS 'The sample''s number.';
COMMENT ON COLUMN pgembed.query_sample.collection_id IS 'The collection that was searched.';
COMMENT ON COLUMN pgembed.query_sample.space_id IS 'The space of the query vector.';
COMMENT ON COLUMN pgembed.query_sample.filter IS
    'The filter, each value in it as the marker, its number and a dollar sign; null where all rows were searched.';
COMMENT ON COLUMN pgembed.query_sample.marker IS 'What values are marked by; no text of the filter has it.';
COMMENT ON COLUMN pgembed.query_sample.filter_values IS 'The filter''s values as text.';
COMMENT ON COLUMN pgembed.query_sample.filter_types IS 'Their types.';
COMMENT ON COLUMN pgembed.query_sample.k IS 'How many rows were asked for.';
COMMENT ON COLUMN pgembed.query_sample.plan IS 'The search plan that gave the rows.';
COMMENT ON COLUMN pgembed.query_sample.hits IS 'How many rows came.';
COMMENT ON COLUMN pgembed.query_sample.milliseconds IS 'How long the search took, as the client saw it.';
COMMENT ON COLUMN pgembed.query_sample.weight IS 'How many searches it stands for: 1 over the sampling rate.';
COMMENT ON COLUMN pgembed.query_sample.embedding IS
    'The query vector; null unless it was asked for, since it tells of the text.';
COMMENT ON COLUMN pgembed.query_sample.sampled_at IS 'When it was written here.';
