DROP TABLE pgembed.query_sample;
ALTER TABLE pgembed.store
    DROP COLUMN partition_strategy,
    DROP COLUMN partition_column,
    DROP COLUMN partition_count,
    DROP COLUMN partition_step;
COMMENT ON COLUMN pgembed.store.table_name IS
    'Its table in schema pgembed_store: key_1 to key_n, chunk, content_hash, embedding.';
ALTER TABLE pgembed.collection DROP COLUMN carried_columns;
