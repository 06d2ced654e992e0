\i include/articles.sql
-- Without min_relevance nothing is looked up.
SELECT pgembed.with_distance_limit('articles', NULL, '{"max_distance": 0.5, "exact": true}') AS same,
    pgembed.with_distance_limit('articles', NULL, '{"min_relevance": null}') AS none,
    pgembed.with_distance_limit('articles', NULL, NULL) IS NULL AS null, pgembed.with_distance_limit('articles', NULL, '[1]') AS odd;
SELECT pgembed.with_distance_limit('articles', ROW(:'mini', '[1,0,0]'), '{"min_relevance": 0.5}');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO pgembed.relevance (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
SELECT collection_id, :'mini', 'judgments', 40, -1, 2, 3, 100 FROM pgembed.collection WHERE name = 'articles';
SELECT options ->> 'exact' AS exact, options ? 'min_relevance' AS asked, round((options ->> 'max_distance')::numeric, 4) AS farthest
FROM pgembed.with_distance_limit('articles', ROW(:'mini', '[1,0,0]'), '{"exact": true, "min_relevance": 0.5}') options;
-- The nearer of both limits holds; without limit it is a number still.
SELECT pgembed.with_distance_limit('articles', ROW(:'mini', '[1,0,0]'), '{"max_distance": 0.001, "min_relevance": 0.5}') AS nearer,
    pgembed.with_distance_limit('articles', ROW(:'mini', '[1,0,0]'), '{"min_relevance": 0}') = '{"max_distance": 1e300}' AS all_of_them,
    pgembed.with_distance_limit('articles', ROW(:'mini', '[1,0,0]'), '{"min_relevance": 1}') = '{"max_distance": -1e300}' AS none;
-- A search leaves out just the rows that are less relevant, under a filter too. Its explanation takes the option.
SELECT key FROM pgembed.search('articles', ROW(:'mini', '[1,0,0]'), 10, options => '{"min_relevance": 0.3}');
SELECT key FROM pgembed.search('articles', ROW(:'mini', '[1,0,0]'), 10, 'id <> 1', '{"min_relevance": 0.3}');
SELECT count(*) FROM pgembed.search('articles', ROW(:'mini', '[1,0,0]'), 10, options => '{"min_relevance": 1}');
SELECT value FROM pgembed.explain_search('articles', ROW(:'mini', '[1,0,0]'), 10, options => '{"min_relevance": 0.3}') WHERE aspect = 'plan';
SELECT pgembed.with_distance_limit('articles', ROW(:'mini', '[1,0,0]'), '{"min_relevance": "x"}');
\echo :LAST_ERROR_SQLSTATE
