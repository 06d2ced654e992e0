\i include/articles.sql
SELECT s.key, round(s.distance::numeric, 4) AS distance, a.title
FROM pgembed.search('articles', pgembed.vector_of('articles', '1'), 3) s JOIN articles a ON a.id = s.key[1]::integer
ORDER BY s.distance;
-- A filter names the table's columns, plainly or by the table's name, and no others.
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '1'), 3, 'price < 50 AND articles.title LIKE ''a s%'' -- silent');
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '1'), 3, 'chunk = 0');
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '1'), 3, 'ctid = ''(0,3)''');
-- Rows that are gone are hidden at once; fewer than k match.
DELETE FROM articles WHERE id = 1;
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '1'), 10);
-- The search's settings end with it, and what a filter's function writes is refused.
CREATE FUNCTION write_something() RETURNS boolean LANGUAGE sql AS 'DELETE FROM articles RETURNING true';
BEGIN;
SELECT count(*) FROM pgembed.search('articles', pgembed.vector_of('articles', '2'), 10);
SELECT current_setting('hnsw.ef_search') AS ef_search, current_setting('transaction_read_only') AS read_only;
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '1'), 3, 'write_something()');
ROLLBACK;
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '1'), 3, 'true); DELETE FROM articles; SELECT (true');
SELECT count(*) FROM articles;
-- A threshold, an exact search, many rows through the index under a filter that few of the near ones pass.
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '2'), 10, options => '{"max_distance": 0.25}');
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '2'), 10, options => '{"max_distance": -1}');
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '2'), 1, options => '{"exact": true}');
SELECT key FROM pgembed.search('articles', pgembed.vector_of('articles', '2'), 1, options => '{"max_distance": "0.1 OR true"}');
\echo :LAST_ERROR_SQLSTATE
-- Refused: another space, no vector, no such collection.
SELECT pgembed.search('articles', ROW(:'other', '[1,0,0]'));
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search('articles', pgembed.vector_of('articles', '6'));
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search('nothing', pgembed.vector_of('articles', '1'));
\echo :LAST_ERROR_SQLSTATE
