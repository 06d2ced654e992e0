\i include/articles.sql
SELECT (pgembed.vector_of('articles', '2')).*;
-- A row without a vector, a row that is not, and no key.
SELECT pgembed.vector_of('articles', '6') IS NULL AS not_embedded, pgembed.vector_of('articles', '7') IS NULL AS no_row,
    pgembed.vector_of('articles', NULL::text) IS NULL AS null_key;
-- The first of several chunks.
INSERT INTO pgembed_store.articles_1 VALUES (6, 1, '', '[0,0,2]'), (6, 0, '', '[0,0,1]');
SELECT (pgembed.vector_of('articles', '6')).embedding;
-- Refused.
SELECT pgembed.vector_of('nothing', '1');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.vector_of('articles', '1', '2');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.vector_of('articles', 'one');
-- Several key columns, a halfvec store, and a key type whose equality is not on the search path.
CREATE SCHEMA extension;
CREATE EXTENSION citext SCHEMA extension;
CREATE TABLE pgembed_store.pairs_1 (
    key_1 extension.citext, key_2 varchar(3), chunk integer NOT NULL, content_hash bytea NOT NULL,
    embedding halfvec(3) NOT NULL, PRIMARY KEY (key_2, key_1, chunk));
INSERT INTO pgembed_store.pairs_1 VALUES ('Key', 'abc', 0, '', '[0.5,1,0]');
INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns)
VALUES ('pairs', 'public', 'pairs', '{name,code}', '{text}');
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving)
SELECT collection_id, :'mini', 'f16', 'pairs_1', true FROM pgembed.collection WHERE name = 'pairs';
SELECT (pgembed.vector_of('pairs', 'KEY', 'abc')).embedding;
-- A longer text is not cut to fit the key's type.
SELECT pgembed.vector_of('pairs', 'key', 'abcd') IS NULL AS longer;
