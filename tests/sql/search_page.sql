\i include/articles.sql
SELECT key, next_continuation IS NULL AS last FROM pgembed.search_page('articles', pgembed.vector_of('articles', '1'), 2);
SELECT DISTINCT next_continuation AS second FROM pgembed.search_page('articles', pgembed.vector_of('articles', '1'), 2) \gset
-- What was shown is not shown again, though it is changed; what is deleted moves nothing out of sight.
UPDATE pgembed_store.articles_1 SET embedding = '[0,0,1]' WHERE key_1 = 2;
DELETE FROM articles WHERE id = 1;
SELECT key, next_continuation IS NULL AS last
FROM pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, :'second');
SELECT DISTINCT next_continuation AS third FROM pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, :'second') \gset
-- The last page, and one that is full to the last row.
SELECT key, next_continuation IS NULL AS last FROM pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, :'third');
SELECT key, next_continuation IS NULL AS last FROM pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 1, :'third');
SELECT count(*), count(next_continuation) FROM pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 10000);
SELECT count(*) FROM pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, filter => 'price > 1000');
-- Refused: cut, changed, no token at all, empty, of another query, filter or threshold, a k out of its range.
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, left(:'second', -3));
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, left(:'second', -12) || 'AAAAAAAAAAAA');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, '''; DROP TABLE articles; --');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, '');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0.1]'), 2, :'second');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, :'second', 'price < 50');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, :'second', options => '{"max_distance": 0.5}');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 0);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 9999, :'second');
\echo :LAST_ERROR_SQLSTATE
-- How it is run may change from page to page, what is asked may not.
SELECT key FROM pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 1, :'second', options => '{"exact": true}');
-- Another store of the same space serves from now on: the search goes on, and shows nothing twice.
CREATE TABLE pgembed_store.articles_2 (LIKE pgembed_store.articles_1 INCLUDING ALL);
INSERT INTO pgembed_store.articles_2 SELECT * FROM pgembed_store.articles_1;
UPDATE pgembed.store SET serving = false;
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving)
SELECT collection_id, :'mini', 'f32', 'articles_2', true FROM pgembed.collection WHERE name = 'articles';
DROP TABLE pgembed_store.articles_1;
SELECT key FROM pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 10, :'second');
-- One of another space: neither the old query goes on, nor the new one from the old page.
UPDATE pgembed.store SET space_id = :'other' WHERE serving;
SELECT pgembed.search_page('articles', ROW(:'mini', '[1,0,0]'), 2, :'second');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search_page('articles', ROW(:'other', '[1,0,0]'), 2, :'second');
\echo :LAST_ERROR_SQLSTATE
-- A token made by hand for the search that it was not given by: its own digest tells.
SELECT pgembed.search_page('articles', ROW(:'other', '[1,0,0]'), 2, translate(encode(
    '\x01' || '\x0000000000000000'::bytea || substr(sha256('\x0000000000000000'::bytea || '\x0000000000000001'::bytea), 1, 8)
        || '\x0000000000000001'::bytea, 'base64'), E'+/=\n', '-_'));
\echo :LAST_ERROR_SQLSTATE
