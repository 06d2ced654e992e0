\i include/articles.sql
\x on
SELECT * FROM pgembed.search_parts('articles');
-- Several keys, whose equality is not on the search path, names that have to be quoted, and no index.
CREATE SCHEMA extension;
CREATE EXTENSION citext SCHEMA extension;
CREATE TABLE "The ""Pairs""" ("Name" extension.citext, "a code" varchar(3), text text, PRIMARY KEY ("Name", "a code"));
CREATE TABLE pgembed_store.pairs_1 (
    key_1 extension.citext, key_2 varchar(3), chunk integer NOT NULL, content_hash bytea NOT NULL,
    embedding halfvec(3) NOT NULL, PRIMARY KEY (key_2, key_1, chunk));
INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns)
VALUES ('pairs', 'public', 'The "Pairs"', '{Name,a code}', '{text}');
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving)
SELECT collection_id, :'mini', 'f16', 'pairs_1', true FROM pgembed.collection WHERE name = 'pairs';
SELECT * FROM pgembed.search_parts('pairs');
-- An index by another distance serves no search.
CREATE INDEX pairs_1_hnsw ON pgembed_store.pairs_1 USING hnsw (embedding halfvec_l2_ops);
SELECT indexed FROM pgembed.search_parts('pairs');
SELECT pgembed.search_parts('nothing');
\echo :LAST_ERROR_SQLSTATE
