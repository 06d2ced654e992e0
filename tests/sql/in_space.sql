\i include/articles.sql
SELECT pgembed.in_space(ROW(:'mini', '[1,2,3]')::pgembed.space_vector, :'mini');
-- Another space is refused, by name.
SELECT pgembed.in_space(ROW(:'other', '[1,2,3]')::pgembed.space_vector, :'mini');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.in_space(ROW('00000000-0000-8000-8000-000000000000', '[1,2,3]')::pgembed.space_vector, :'mini');
-- No vector is no query.
SELECT pgembed.in_space(NULL, :'mini');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.in_space(ROW(:'mini', NULL)::pgembed.space_vector, :'mini');
SELECT pgembed.in_space(ROW(NULL, '[1,2,3]')::pgembed.space_vector, :'mini');
