\i include/articles.sql
SELECT collection, source, key_columns, text_columns, space, space_id = :'mini' AS of_mini, dimensions, metric, codec,
    store, serving, vectors, source_rows, indexes, indexes_valid, store_bytes > 0 AS has_bytes,
    index_bytes = pg_relation_size('pgembed_store.articles_1_hnsw') AS index_bytes
FROM pgembed.collection_status('articles') \gx
-- All of them; one without a store, one with two of which one has lost its table.
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name)
SELECT collection_id, :'other', 'f16', 'articles_2' FROM pgembed.collection WHERE name = 'articles';
SELECT collection, space, codec, store, serving, vectors, indexes, store_bytes IS NULL AS no_bytes
FROM pgembed.collection_status();
-- A source without statistics, and one that is gone.
CREATE TABLE fresh (id integer);
UPDATE pgembed.collection SET source_table = 'fresh' WHERE name = 'empty';
UPDATE pgembed.collection SET source_table = 'gone' WHERE name = 'articles';
SELECT DISTINCT source, source_rows FROM pgembed.collection_status() ORDER BY source;
-- A partitioned source counts its partitions.
CREATE TABLE parted (id integer) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20);
INSERT INTO parted SELECT generate_series(0, 14);
ANALYZE parted;
UPDATE pgembed.collection SET source_table = 'parted' WHERE name = 'empty';
SELECT source_rows FROM pgembed.collection_status('empty');
-- No right to read the store: not counted.
CREATE ROLE collection_status_reader;
GRANT USAGE ON SCHEMA pgembed, pgembed_store TO collection_status_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA pgembed TO collection_status_reader;
SET ROLE collection_status_reader;
SELECT collection, vectors FROM pgembed.collection_status('articles') WHERE serving;
RESET ROLE;
DROP OWNED BY collection_status_reader;
DROP ROLE collection_status_reader;
SELECT * FROM pgembed.collection_status('nothing');
\echo :LAST_ERROR_SQLSTATE
-- A partitioned store has its bytes in its partitions, and its index counts once.
CREATE TABLE pgembed_store.parted_3 (
    key_1 integer NOT NULL, chunk integer NOT NULL, embedding vector(3) NOT NULL, PRIMARY KEY (key_1, chunk))
    PARTITION BY HASH (key_1);
CREATE TABLE pgembed_store.parted_3_p1 PARTITION OF pgembed_store.parted_3 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE pgembed_store.parted_3_p2 PARTITION OF pgembed_store.parted_3 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO pgembed_store.parted_3 SELECT i, 0, '[1,2,3]' FROM generate_series(1, 9) i;
CREATE INDEX parted_3_hnsw ON pgembed_store.parted_3 USING hnsw (embedding vector_cosine_ops);
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving)
SELECT collection_id, :'mini', 'f32', 'parted_3', true FROM pgembed.collection WHERE name = 'empty';
SELECT vectors, indexes, indexes_valid, store_bytes > 0 AS has_bytes,
    index_bytes = (SELECT sum(pg_relation_size(inhrelid)) FROM pg_inherits
                   WHERE inhparent = 'pgembed_store.parted_3_hnsw'::regclass) AS index_bytes
FROM pgembed.collection_status('empty');
