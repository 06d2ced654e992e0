-- What indexes are advised by: sampled filters that can be run again, and what tuning has found.

COMMENT ON COLUMN pgembed.query_sample.filter IS
    'The filter, its values as $pgembed_value_1$, $pgembed_value_2$ and so on; null where all rows were searched.';

ALTER TABLE pgembed.store
    ADD COLUMN tuned_ef_search integer CONSTRAINT store_tuned_ef_search_check CHECK (tuned_ef_search BETWEEN 1 AND 1000),
    ADD COLUMN tuned_m integer CONSTRAINT store_tuned_m_check CHECK (tuned_m BETWEEN 2 AND 100),
    ADD COLUMN tuned_ef_construction integer
        CONSTRAINT store_tuned_ef_construction_check CHECK (tuned_ef_construction BETWEEN 4 AND 1000),
    ADD COLUMN tuned_recall double precision
        CONSTRAINT store_tuned_recall_check CHECK (tuned_recall > 0 AND tuned_recall < 1),
    ADD COLUMN tuned_k integer CONSTRAINT store_tuned_k_check CHECK (tuned_k >= 1),
    ADD COLUMN tuned_at timestamptz,
    ADD CONSTRAINT store_tuned_check
        CHECK (num_nulls(tuned_ef_search, tuned_m, tuned_ef_construction, tuned_recall, tuned_k, tuned_at) IN (0, 6));
COMMENT ON COLUMN pgembed.store.tuned_ef_search IS
    'The hnsw.ef_search by which an index of tuned_m and tuned_ef_construction reaches tuned_recall; null before tuning.';
COMMENT ON COLUMN pgembed.store.tuned_m IS 'The links of a vector that index tune advised.';
COMMENT ON COLUMN pgembed.store.tuned_ef_construction IS 'The candidates to look at while building that it advised.';
COMMENT ON COLUMN pgembed.store.tuned_recall IS 'The recall that was to be reached.';
COMMENT ON COLUMN pgembed.store.tuned_k IS 'How many neighbours counted.';
COMMENT ON COLUMN pgembed.store.tuned_at IS 'When it was measured.';
