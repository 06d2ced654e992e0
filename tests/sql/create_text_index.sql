\i include/articles.sql
SELECT pgembed.create_text_index('articles', 'simple') AS made, pgembed.create_text_index('articles', 'simple') AS again;
SELECT collection_id, table_name, config, documents, average_length, counted_at FROM pgembed.text_index;
\d pgembed_store.articles_1_text
SELECT tgname FROM pg_trigger WHERE tgrelid = 'pgembed_store.articles_1'::regclass ORDER BY 1;
-- Refused: another configuration, one that is not, a collection that is not or has no store.
SELECT pgembed.create_text_index('articles', 'english');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.create_text_index('articles', 'klingon');
SELECT pgembed.create_text_index('nothing');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.create_text_index('empty');
\echo :LAST_ERROR_SQLSTATE
