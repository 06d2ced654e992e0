\i include/articles.sql
INSERT INTO pgembed.relevance (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
SELECT collection_id, :'mini', 'judgments', 40, -1, 2, 3, 100 FROM pgembed.collection WHERE name = 'articles';
-- At the limit relevance is what was asked for.
SELECT asked, round((1 / (1 + exp(r.slope * l.d - r.intercept)))::numeric, 4) AS there
FROM unnest(ARRAY[0.01, 0.5, 0.9]) AS asked
    CROSS JOIN LATERAL (SELECT pgembed.distance_limit('articles', ROW(:'mini', '[1,0,0]'), asked) AS d) l
    CROSS JOIN pgembed.query_relevance('articles', ROW(:'mini', '[1,0,0]')) r;
-- Everything is at least 0, nothing 1; null asks for nothing.
SELECT pgembed.distance_limit('articles', ROW(:'mini', '[1,0,0]'), 0) AS least,
    pgembed.distance_limit('articles', ROW(:'mini', '[1,0,0]'), 1) AS most,
    pgembed.distance_limit('articles', ROW(:'mini', '[1,0,0]'), NULL) IS NULL AS none;
-- All neighbours as far, and the distance counts for nothing: all or none.
UPDATE pgembed_store.articles_1 SET embedding = '[0,1,0]';
UPDATE pgembed.relevance SET nearness = 0;
SELECT pgembed.distance_limit('articles', ROW(:'mini', '[0,1,0]'), 0.25) AS all_of_them,
    pgembed.distance_limit('articles', ROW(:'mini', '[0,1,0]'), 0.28) AS none_of_them;
-- Refused.
SELECT pgembed.distance_limit('articles', ROW(:'mini', '[0,1,0]'), 2);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.distance_limit('articles', ROW(:'mini', '[0,1,0]'), 'NaN');
\echo :LAST_ERROR_SQLSTATE
DELETE FROM pgembed.relevance;
SELECT pgembed.distance_limit('articles', ROW(:'mini', '[0,1,0]'), 0.5);
\echo :LAST_ERROR_SQLSTATE
