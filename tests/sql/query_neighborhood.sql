\i include/articles.sql
-- All five, then the nearest three; the same computed apart.
SELECT round(mean::numeric, 4) AS mean, round(deviation::numeric, 4) AS deviation
FROM pgembed.query_neighborhood('articles', ROW(:'mini', '[1,0,0]'));
SELECT round(mean::numeric, 4) AS mean, round(deviation::numeric, 4) AS deviation
FROM pgembed.query_neighborhood('articles', ROW(:'mini', '[1,0,0]'), 3);
SELECT round(avg(d)::numeric, 4) AS mean, round(stddev_pop(d)::numeric, 4) AS deviation
FROM (SELECT embedding <=> '[1,0,0]' AS d FROM pgembed_store.articles_1 ORDER BY 1 LIMIT 3) v;
-- More neighbours than the session's own ef_search, which stays as it is.
SET hnsw.ef_search = 2;
SET enable_seqscan = off;
SELECT round(mean::numeric, 4) AS mean FROM pgembed.query_neighborhood('articles', ROW(:'mini', '[1,0,0]'));
SHOW hnsw.ef_search;
-- No vector there at all.
DELETE FROM pgembed_store.articles_1;
SELECT mean IS NULL AS nothing, deviation IS NULL AS known FROM pgembed.query_neighborhood('articles', ROW(:'mini', '[1,0,0]'));
-- Refused.
SELECT pgembed.query_neighborhood('articles', ROW(:'other', '[1,0,0]'));
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.query_neighborhood('articles', ROW(:'mini', NULL));
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.query_neighborhood('articles', ROW(:'mini', '[1,0,0]'), 1);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.query_neighborhood('empty', ROW(:'mini', '[1,0,0]'));
\echo :LAST_ERROR_SQLSTATE
