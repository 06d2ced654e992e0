\i include/articles.sql
BEGIN;
SAVEPOINT before;
SELECT pgembed.begin_search('articles', :'mini', '{"hnsw.ef_search": "77", "jit": "off"}');
SELECT current_setting('hnsw.ef_search') AS ef_search, current_setting('transaction_read_only') AS read_only;
ROLLBACK TO before;
SELECT current_setting('hnsw.ef_search') AS ef_search, current_setting('transaction_read_only') AS read_only;
SELECT pgembed.begin_search('articles', :'other', '{}');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
