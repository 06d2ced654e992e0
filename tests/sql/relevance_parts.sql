\i include/articles.sql
SELECT pgembed.relevance_parts('articles', :'mini');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO pgembed.relevance (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
SELECT collection_id, :'mini', 'judgments', 40, -1, 2, 3, 100 FROM pgembed.collection WHERE name = 'articles';
SELECT intercept, nearness, distinctness, ef_search, statement FROM pgembed.relevance_parts('articles', :'mini');
-- Its statement gives what the server's own function does.
SELECT statement AS neighborhood FROM pgembed.relevance_parts('articles', :'mini') \gset
PREPARE neighborhood(vector) AS :neighborhood;
EXECUTE neighborhood('[1,0,0]');
SELECT mean, deviation FROM pgembed.query_neighborhood('articles', ROW(:'mini', '[1,0,0]'));
-- Refused: another space, no such collection.
SELECT pgembed.relevance_parts('articles', :'other');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.relevance_parts('nothing', :'mini');
\echo :LAST_ERROR_SQLSTATE
