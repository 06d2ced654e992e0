\i include/articles.sql
SELECT pgembed.create_text_index('articles', 'simple') AS made, pgembed.create_text_index('articles', 'simple') AS again;
SELECT collection_id, table_name, config, documents, average_length, counted_at FROM pgembed.text_index;
\d pgembed_store.articles_1_text
SELECT tgname FROM pg_trigger WHERE tgrelid = 'pgembed_store.articles_1'::regclass ORDER BY 1;
-- What was granted on the store is granted on the words.
SELECT pgembed.drop_text_index('articles');
GRANT SELECT, TRUNCATE ON pgembed_store.articles_1 TO PUBLIC;
SELECT pgembed.create_text_index('articles', 'simple');
SELECT a.grantee::regrole, a.privilege_type
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relname = 'articles_1_text' AND a.grantee <> c.relowner;
-- Refused: another configuration, one that is not, a collection that is not or has no store.
SELECT pgembed.create_text_index('articles', 'english');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.create_text_index('articles', 'klingon');
SELECT pgembed.create_text_index('nothing');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.create_text_index('empty');
\echo :LAST_ERROR_SQLSTATE
