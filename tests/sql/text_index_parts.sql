\i include/articles.sql
SELECT pgembed.text_index_parts('articles');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.text_index_parts('nothing');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.create_text_index('articles');
\x
SELECT * FROM pgembed.text_index_parts('articles');
