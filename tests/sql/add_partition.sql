CREATE TABLE pgembed_store.listed (
    key_1 integer NOT NULL, carried_1 text, chunk integer NOT NULL, embedding vector(2) NOT NULL,
    UNIQUE NULLS NOT DISTINCT (key_1, chunk, carried_1)) PARTITION BY LIST (carried_1);
CREATE TABLE pgembed_store.listed_default PARTITION OF pgembed_store.listed DEFAULT;
CREATE INDEX ON pgembed_store.listed USING hnsw (embedding vector_l2_ops);
INSERT INTO pgembed_store.listed
SELECT i, (ARRAY['a', 'b', 'it''s', NULL])[i % 4 + 1], 0, ARRAY[i, 1]::vector FROM generate_series(1, 20) i;
SELECT pgembed.add_partition('pgembed_store.listed', ARRAY['a', 'it''s']);
SELECT pgembed.add_partition('pgembed_store.listed', ARRAY[NULL]);
SELECT tableoid::regclass, carried_1, count(*) FROM pgembed_store.listed GROUP BY 1, 2 ORDER BY 1, 2;
-- New rows find their place, and the index of the new partition belongs to the store's.
INSERT INTO pgembed_store.listed VALUES (21, 'a', 0, '[1,1]');
SELECT tableoid::regclass FROM pgembed_store.listed WHERE key_1 = 21;
SELECT count(*) FROM pg_inherits WHERE inhparent = 'pgembed_store.listed_embedding_idx'::regclass;
SELECT relname, relreplident FROM pg_class WHERE relname LIKE 'listed\_p_' ORDER BY 1;
-- By range, bounds in the column's own order; the lower one belongs to it.
CREATE TABLE pgembed_store.ranged (
    key_1 integer NOT NULL, carried_1 date NOT NULL, chunk integer NOT NULL,
    PRIMARY KEY (key_1, chunk, carried_1)) PARTITION BY RANGE (carried_1);
CREATE TABLE pgembed_store.ranged_default PARTITION OF pgembed_store.ranged DEFAULT;
INSERT INTO pgembed_store.ranged SELECT i, date '2026-01-01' + i, 0 FROM generate_series(0, 99) i;
SELECT pgembed.add_partition('pgembed_store.ranged', lower_bound => '2026-02-01', upper_bound => '2026-03-01');
SELECT pgembed.add_partition('pgembed_store.ranged', upper_bound => '2026-02-01');
SELECT tableoid::regclass, min(carried_1), max(carried_1), count(*) FROM pgembed_store.ranged GROUP BY 1 ORDER BY 1;
-- Refused, and nothing is moved: bounds that overlap, no value, a store that is not partitioned so.
SELECT pgembed.add_partition('pgembed_store.ranged', lower_bound => '2026-02-15', upper_bound => '2026-04-01');
SELECT pgembed.add_partition('pgembed_store.ranged', ARRAY['2026-02-15']);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.add_partition('pgembed_store.listed', '{}');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.add_partition('pgembed_store.listed_default', '{a}');
\echo :LAST_ERROR_SQLSTATE
SELECT tableoid::regclass, count(*) FROM pgembed_store.ranged GROUP BY 1 ORDER BY 1;
-- A name that is too long is cut before the store's number.
SELECT repeat('x', 60) || '_12' AS long_name \gset
CREATE TABLE pgembed_store.:long_name (carried_1 text) PARTITION BY LIST (carried_1);
SELECT right(pgembed.add_partition(('pgembed_store.' || :'long_name')::regclass, '{a}'), 12);
