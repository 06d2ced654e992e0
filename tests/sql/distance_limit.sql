\i include/articles.sql
INSERT INTO pgembed.relevance (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
SELECT collection_id, :'mini', 'judgments', 40, -1, 2, 3, 100 FROM pgembed.collection WHERE name = 'articles';
SELECT pgembed.distance_limit('articles', to_jsonb(p), '{}') IS NULL AS nothing,
    pgembed.distance_limit('articles', to_jsonb(p), '{"max_distance": 0.5}') AS a_distance,
    pgembed.distance_limit('articles', to_jsonb(p), '{"min_relevance": 0.5}') AS relevance
FROM pgembed.search_parts('articles') p;
-- The same computed apart: relevance of each row, and which rows a search leaves out.
SELECT a.id, round((1 / (1 + exp(-(-1 - 2 * d + 3 * (avg(d) OVER () - d) / stddev_pop(d) OVER ()))))::numeric, 4) AS relevance,
    s.key IS NOT NULL AS at_least_half, e.key IS NOT NULL AS and_near
FROM articles a
    JOIN (SELECT key_1, embedding <=> '[1,0,0]' AS d FROM pgembed_store.articles_1) v ON v.key_1 = a.id
    LEFT JOIN pgembed.search('articles', ROW(:'mini', '[1,0,0]'), 10, options => '{"min_relevance": 0.5}') s ON s.key[1] = a.id::text
    LEFT JOIN pgembed.search('articles', ROW(:'mini', '[1,0,0]'), 10, options => '{"min_relevance": 0.5, "max_distance": 0.001}') e ON e.key[1] = a.id::text
ORDER BY a.id;
-- A row is as relevant under a filter. Everything is at least 0, nothing 1.
SELECT key FROM pgembed.search('articles', ROW(:'mini', '[1,0,0]'), 10, 'id <> 1', '{"min_relevance": 0.5}');
SELECT count(*) FROM pgembed.search('articles', ROW(:'mini', '[1,0,0]'), 10, options => '{"min_relevance": 0}');
SELECT count(*) FROM pgembed.search('articles', ROW(:'mini', '[1,0,0]'), 10, options => '{"min_relevance": 1}');
-- All neighbours as far: what stands out of them is not known.
UPDATE pgembed_store.articles_1 SET embedding = '[0,1,0]';
SELECT count(*) FROM pgembed.search('articles', ROW(:'mini', '[0,1,0]'), 10, options => '{"min_relevance": 0.25}');
SELECT count(*) FROM pgembed.search('articles', ROW(:'mini', '[0,1,0]'), 10, options => '{"min_relevance": 0.28}');
-- Refused.
SELECT pgembed.search('articles', ROW(:'mini', '[0,1,0]'), 10, options => '{"min_relevance": 2}');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.search('articles', ROW(:'mini', '[0,1,0]'), 10, options => '{"min_relevance": "x"}');
SELECT pgembed.search('articles', ROW(:'mini', '[0,1,0]'), 10, options => '{"max_distance": "1); DELETE FROM articles; --"}');
DELETE FROM pgembed.relevance;
SELECT pgembed.search('articles', ROW(:'mini', '[0,1,0]'), 10, options => '{"min_relevance": 0.5}');
\echo :LAST_ERROR_SQLSTATE
