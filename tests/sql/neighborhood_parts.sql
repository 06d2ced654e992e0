\i include/articles.sql
SELECT store_id = (SELECT store_id FROM pgembed.store) AS serves, space_id = :'mini' AS in_space, settings, statement
FROM pgembed.neighborhood_parts('articles', 3);
-- Its statement gives what the nearest three do, computed apart.
SELECT statement AS neighborhood FROM pgembed.neighborhood_parts('articles', 3) \gset
PREPARE neighborhood(vector) AS :neighborhood;
EXECUTE neighborhood('[1,0,0]');
SELECT avg(d), stddev_pop(d)
FROM (SELECT embedding <=> '[1,0,0]' AS d FROM pgembed_store.articles_1 ORDER BY 1 LIMIT 3) v;
-- Rows that are deleted and not vacuumed are still in the index, before the others: there are three all the same.
SELECT set_config(key, value, false) FROM pgembed.neighborhood_parts('articles', 3), jsonb_each_text(settings) ORDER BY key;
SET enable_seqscan = off;
DELETE FROM pgembed_store.articles_1 WHERE key_1 <= 2;
EXECUTE neighborhood('[1,0,0]');
SELECT avg(d), stddev_pop(d) FROM (SELECT 0 + (embedding <=> '[1,0,0]') AS d FROM pgembed_store.articles_1) v;
-- Refused.
SELECT pgembed.neighborhood_parts('articles', 1);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.neighborhood_parts('articles', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.neighborhood_parts('nothing', 3);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.neighborhood_parts('empty', 3);
\echo :LAST_ERROR_SQLSTATE
