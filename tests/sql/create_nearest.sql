\i include/articles.sql
SELECT pgembed.create_nearest('articles');
SELECT pg_get_function_arguments(oid), pg_get_function_result(oid)
FROM pg_proc WHERE oid = 'pgembed_store.nearest_articles'::regproc;
SELECT obj_description('pgembed_store.nearest_articles'::regproc, 'pg_proc');
SELECT id, round(distance::numeric, 4) AS distance
FROM pgembed_store.nearest_articles(pgembed.vector_of('articles', '1')) ORDER BY distance LIMIT 3;
-- A filter and LIMIT reach the index.
SET enable_seqscan = off;
SET enable_sort = off;
CREATE FUNCTION scans(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    FOR query IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        RETURN QUERY SELECT substring(query, '[A-Z][a-z ]* Scan.*') WHERE query ~ 'Scan';
    END LOOP;
END $$;
SELECT * FROM scans($$
    SELECT a.*, n.distance
    FROM articles a JOIN pgembed_store.nearest_articles(pgembed.vector_of('articles', '1')) n USING (id)
    WHERE a.price < 50 ORDER BY n.distance LIMIT 2 $$);
SELECT a.*, round(n.distance::numeric, 4) AS distance
FROM articles a JOIN pgembed_store.nearest_articles(pgembed.vector_of('articles', '1')) n USING (id)
WHERE a.price < 50 ORDER BY n.distance LIMIT 2;
-- A vector of another space, or none, is no query.
SELECT * FROM pgembed_store.nearest_articles(ROW(:'other', '[1,0,0]')) ORDER BY distance LIMIT 3;
SELECT * FROM pgembed_store.nearest_articles(pgembed.vector_of('articles', '6')) ORDER BY distance LIMIT 3;
-- Again, with a view over it and a grant on it: both stay.
CREATE VIEW near AS SELECT * FROM pgembed_store.nearest_articles(pgembed.vector_of('articles', '4'));
GRANT EXECUTE ON FUNCTION pgembed_store.nearest_articles TO pg_monitor;
SELECT pgembed.create_nearest('articles');
SELECT id FROM near ORDER BY distance LIMIT 2;
SELECT has_function_privilege('pg_monitor', 'pgembed_store.nearest_articles(pgembed.space_vector)', 'EXECUTE');
DROP VIEW near;
-- Key columns have changed: made anew, with the grants it had.
REVOKE EXECUTE ON FUNCTION pgembed_store.nearest_articles FROM PUBLIC;
UPDATE pgembed.collection SET key_columns = '{article_id}' WHERE name = 'articles';
SELECT pgembed.create_nearest('articles');
SELECT article_id FROM pgembed_store.nearest_articles(pgembed.vector_of('articles', '4')) ORDER BY distance LIMIT 1;
SELECT role, has_function_privilege(role, 'pgembed_store.nearest_articles(pgembed.space_vector)', 'EXECUTE')
FROM unnest('{pg_monitor,pg_read_all_data}'::name[]) AS role;
-- A key column called distance.
UPDATE pgembed.collection SET key_columns = '{distance}' WHERE name = 'articles';
SELECT pgembed.create_nearest('articles');
SELECT distance AS key, distance_ FROM pgembed_store.nearest_articles(pgembed.vector_of('articles', '4'))
ORDER BY distance_ LIMIT 1;
-- Names in need of quotes, two key columns and a halfvec store compared by inner product.
SELECT pgembed.space_id(:'mini_fingerprint', 3, 'inner_product') AS product \gset
INSERT INTO pgembed.space (space_id, name, fingerprint, dimensions, metric)
VALUES (:'product', 'mini@1', :'mini_fingerprint', 3, 'inner_product');
CREATE TABLE pgembed_store."The ""Store""" (
    key_1 text, key_2 uuid, chunk integer, content_hash bytea NOT NULL, embedding halfvec(3) NOT NULL,
    PRIMARY KEY (key_1, key_2, chunk));
INSERT INTO pgembed_store."The ""Store"""
VALUES ('a', '00000000-0000-0000-0000-000000000000', 0, '', '[1,2,3]'),
    ('b', '00000000-0000-0000-0000-000000000000', 0, '', '[2,4,6]');
INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns)
VALUES ('The "Name"', 'public', 'Table', '{"The \"Key\"",query}', '{text}');
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving)
SELECT collection_id, :'product', 'f16', 'The "Store"', true FROM pgembed.collection WHERE name = 'The "Name"';
SELECT pgembed.create_nearest('The "Name"');
SELECT * FROM pgembed_store."nearest_The ""Name"""(ROW(:'product', '[1,1,1]')) ORDER BY distance;
-- Refused.
SELECT pgembed.create_nearest('nothing');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.create_nearest('empty');
\echo :LAST_ERROR_SQLSTATE
-- Carried columns come too, so that a filter on one, joined by, reaches the store's partitions.
CREATE TABLE notes (id integer PRIMARY KEY, tenant text, title text);
INSERT INTO notes VALUES (1, 'a', 'one'), (2, 'b', 'two'), (3, 'b', 'three'), (4, NULL, 'four');
CREATE TABLE pgembed_store.notes_9 (
    key_1 integer NOT NULL, carried_1 text, chunk integer NOT NULL, content_hash bytea NOT NULL,
    embedding vector(3) NOT NULL, UNIQUE NULLS NOT DISTINCT (key_1, chunk, carried_1)) PARTITION BY LIST (carried_1);
CREATE TABLE pgembed_store.notes_9_default PARTITION OF pgembed_store.notes_9 DEFAULT;
SELECT pgembed.add_partition('pgembed_store.notes_9', '{a}'), pgembed.add_partition('pgembed_store.notes_9', '{b}');
CREATE INDEX ON pgembed_store.notes_9 USING hnsw (embedding vector_cosine_ops);
INSERT INTO pgembed_store.notes_9 SELECT id, tenant, 0, '', ARRAY[1, id, 0]::vector FROM notes;
INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns, carried_columns)
VALUES ('notes', 'public', 'notes', '{id}', '{title}', '{tenant}');
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving, partition_strategy, partition_column)
SELECT collection_id, :'mini', 'f32', 'notes_9', true, 'list', 'tenant' FROM pgembed.collection WHERE name = 'notes';
SELECT pgembed.create_nearest('notes');
SELECT pg_get_function_result('pgembed_store.nearest_notes'::regproc);
SELECT id, tenant, title FROM notes JOIN pgembed_store.nearest_notes(pgembed.vector_of('notes', '1')) USING (id, tenant)
WHERE tenant = 'b' ORDER BY distance LIMIT 5;
SELECT * FROM scans($$
    SELECT id, title
    FROM notes JOIN pgembed_store.nearest_notes(pgembed.vector_of('notes', '1')) USING (id, tenant)
    WHERE tenant = 'b' ORDER BY distance LIMIT 5 $$);
-- A carried column called distance.
UPDATE pgembed.collection SET carried_columns = '{distance}' WHERE name = 'notes';
SELECT pgembed.create_nearest('notes');
SELECT pg_get_function_result('pgembed_store.nearest_notes'::regproc);
