\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled;
CREATE FUNCTION hash(id integer) RETURNS bytea LANGUAGE sql AS
    'SELECT sha256(convert_to(title, ''UTF8'')) FROM articles a WHERE a.id = hash.id';
-- A row that is embedded, one whose text changes, one that only moves, one whose row and vector go.
INSERT INTO pgembed_store.articles_1 VALUES (6, 0, hash(6), '[1,1,1]'), (6, 1, hash(6), '[1,0,1]');
UPDATE articles SET title = 'a rowing boat' WHERE id = 1;
UPDATE pgembed_store.articles_1 SET content_hash = hash(1), embedding = '[0,0,1]' WHERE key_1 = 1;
UPDATE pgembed_store.articles_1 SET embedding = '[0,1,1]' WHERE key_1 = 2;
DELETE FROM articles WHERE id = 3;
DELETE FROM pgembed_store.articles_1 WHERE key_1 = 3;
-- A vector goes whose row stays: the text is still that of the row. One is written for a text that is out of date.
DELETE FROM pgembed_store.articles_1 WHERE key_1 = 4;
INSERT INTO pgembed_store.articles_1 VALUES (4, 0, '\x00', '[1,1,0]');
SELECT key_1, lexemes, content_hash = hash(key_1) AS current FROM pgembed_store.articles_1_text ORDER BY key_1;
-- A text of more than a tsvector takes is cut.
INSERT INTO articles SELECT 7, string_agg('word' || n, ' '), 0 FROM generate_series(1, 200000) n;
INSERT INTO pgembed_store.articles_1 VALUES (7, 0, hash(7), '[1,1,1]');
SELECT length(lexemes) FROM pgembed_store.articles_1_text WHERE key_1 = 7;
