ALTER TABLE pgembed.store
    DROP COLUMN tuned_ef_search,
    DROP COLUMN tuned_m,
    DROP COLUMN tuned_ef_construction,
    DROP COLUMN tuned_recall,
    DROP COLUMN tuned_k,
    DROP COLUMN tuned_at;
COMMENT ON COLUMN pgembed.query_sample.filter IS
    'The filter, its values as $1, $2 and so on; null where all rows were searched.';
