\i include/articles.sql
SELECT pgembed.query_relevance('articles', ROW(:'mini', '[1,0,0]'));
\echo :LAST_ERROR_SQLSTATE
INSERT INTO pgembed.relevance (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
SELECT collection_id, :'mini', 'judgments', 40, -1, 2, 3, 100 FROM pgembed.collection WHERE name = 'articles';
-- Each row's relevance, by the line and computed apart.
SELECT a.id, round((1 / (1 + exp(r.slope * d - r.intercept)))::numeric, 4) AS relevance,
    round((1 / (1 + exp(-(-1 - 2 * d + 3 * (avg(d) OVER () - d) / stddev_pop(d) OVER ()))))::numeric, 4) AS apart
FROM articles a
    JOIN (SELECT key_1, embedding <=> '[1,0,0]' AS d FROM pgembed_store.articles_1) v ON v.key_1 = a.id
    CROSS JOIN pgembed.query_relevance('articles', ROW(:'mini', '[1,0,0]')) r
ORDER BY a.id;
-- All neighbours as far: the distance alone counts.
UPDATE pgembed_store.articles_1 SET embedding = '[0,1,0]';
SELECT * FROM pgembed.query_relevance('articles', ROW(:'mini', '[0,1,0]'));
SELECT pgembed.query_relevance('nothing', ROW(:'mini', '[0,1,0]'));
\echo :LAST_ERROR_SQLSTATE
