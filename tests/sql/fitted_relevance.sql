\i include/articles.sql
SELECT pgembed.fitted_relevance('articles', :'mini');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO pgembed.relevance (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
SELECT collection_id, :'mini', 'judgments', 30, -1, 2, 3, 100 FROM pgembed.collection WHERE name = 'articles';
SELECT * FROM pgembed.fitted_relevance('articles', :'mini');
-- In another space, or of no collection, a distance is another thing.
SELECT pgembed.fitted_relevance('articles', :'other');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.fitted_relevance('nothing', :'mini');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.fitted_relevance(NULL, NULL);
\echo :LAST_ERROR_SQLSTATE
