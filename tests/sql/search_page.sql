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
