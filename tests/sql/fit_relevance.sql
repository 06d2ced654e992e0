\i include/articles.sql
SELECT pgembed.fit_relevance('articles');
\echo :LAST_ERROR_SQLSTATE
-- Two hundred points on a circle: the middle of what stands out is relevance 0.5.
SELECT setseed(0.5);
INSERT INTO articles SELECT n, 'text ' || n, n FROM generate_series(100, 299) n;
INSERT INTO pgembed_store.articles_1
SELECT id, 0, sha256(convert_to(title, 'UTF8')), ARRAY[cos(id), sin(id), random()]::vector FROM articles WHERE id >= 100;
SELECT pgembed.fit_relevance('articles', 100) > 0 AS fitted;
SELECT fitted_on, neighbors, nearness, distinctness > 0 AS distinctness, queries FROM pgembed.relevance;
SELECT round(avg(half)) BETWEEN 2 AND 8 AS about_five_of_ten
FROM articles a CROSS JOIN LATERAL (
    SELECT count(*) AS half FROM pgembed.search('articles', pgembed.vector_of('articles', a.id::text), 10,
        'id <> ' || a.id, '{"min_relevance": 0.5}')) h
WHERE a.id BETWEEN 100 AND 130;
SELECT pgembed.fit_relevance('articles', 5);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.fit_relevance('nothing');
\echo :LAST_ERROR_SQLSTATE
