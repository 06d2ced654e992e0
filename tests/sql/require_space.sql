\i include/articles.sql
SELECT pgembed.require_space('articles', :'mini');
SELECT pgembed.require_space('articles', :'other');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.require_space('articles', NULL);
SELECT pgembed.require_space('Articles', :'mini');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.require_space('empty', :'mini');
\echo :LAST_ERROR_SQLSTATE
