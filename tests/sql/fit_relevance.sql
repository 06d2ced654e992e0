\i include/articles.sql
SELECT pgembed.fit_relevance('articles');
\echo :LAST_ERROR_SQLSTATE
-- Two hundred points on a circle.
SELECT setseed(0.5);
INSERT INTO articles SELECT n, 'text ' || n, n FROM generate_series(100, 299) n;
INSERT INTO pgembed_store.articles_1
SELECT id, 0, sha256(convert_to(title, 'UTF8')), ARRAY[cos(id), sin(id), random()]::vector FROM articles WHERE id >= 100;
SELECT pgembed.fit_relevance('articles', 100) > 0 AS fitted;
SELECT fitted_on, neighbors, nearness, distinctness > 0 AS distinctness, queries FROM pgembed.relevance;
-- Again it takes the place of the first.
SELECT pgembed.fit_relevance('articles', 205) > 0 AS fitted;
SELECT queries FROM pgembed.relevance;
-- Of queries between the points, about half have a nearest point of relevance 0.5 or more.
SELECT count(*) FILTER (WHERE d.nearest <= l.farthest) BETWEEN 60 AND 140 AS about_half
FROM generate_series(100, 299) n
    CROSS JOIN LATERAL (SELECT ROW(:'mini', ARRAY[cos(n + 0.5), sin(n + 0.5), random()]::vector)::pgembed.space_vector) q (v)
    CROSS JOIN LATERAL (SELECT min(distance) AS nearest FROM pgembed.search('articles', q.v, 1)) d
    CROSS JOIN LATERAL pgembed.distance_limit('articles', q.v, 0.5) AS l (farthest);
-- Refused.
SELECT pgembed.fit_relevance('articles', 5);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.fit_relevance('nothing');
\echo :LAST_ERROR_SQLSTATE
