\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled,
    pgembed.count_terms('articles') AS terms;
SELECT aspect, value
FROM pgembed.explain_hybrid('articles', pgembed.vector_of('articles', '1'), 'silent gardens', 3, 'price < 80')
WHERE aspect NOT IN ('milliseconds', 'statement');
SELECT value LIKE 'WITH _pgembed_vector_leg%' AS statement
FROM pgembed.explain_hybrid('articles', pgembed.vector_of('articles', '1'), 'silent gardens', 3) WHERE aspect = 'statement';
-- What a filter's function writes is refused here too; settings end with it.
CREATE FUNCTION write_something() RETURNS boolean LANGUAGE sql AS 'DELETE FROM articles RETURNING true';
SELECT pgembed.explain_hybrid('articles', pgembed.vector_of('articles', '1'), 'garden', 3, 'write_something()');
BEGIN;
SELECT count(*) > 5 AS explained FROM pgembed.explain_hybrid('articles', pgembed.vector_of('articles', '1'), '');
SELECT current_setting('transaction_read_only') AS read_only;
ROLLBACK;
SELECT pgembed.explain_hybrid('empty', pgembed.vector_of('articles', '1'), 'garden');
\echo :LAST_ERROR_SQLSTATE
