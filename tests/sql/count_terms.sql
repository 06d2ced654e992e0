\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled;
SELECT pgembed.count_terms('articles') AS terms, pgembed.count_terms('articles') AS again;
SELECT term, documents FROM pgembed.text_term ORDER BY documents DESC, term;
SELECT documents, average_length, counted_at IS NOT NULL AS counted FROM pgembed.text_index;
SELECT pgembed.count_terms('empty');
\echo :LAST_ERROR_SQLSTATE
