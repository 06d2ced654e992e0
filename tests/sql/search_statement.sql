\i include/articles.sql
\pset format unaligned
\pset tuples_only on
SELECT pgembed.search_statement(to_jsonb(p), 2, NULL, 'articles.title', NULL, NULL, NULL, NULL, NULL, NULL)
FROM pgembed.search_parts('articles') p;
SELECT pgembed.search_statement(to_jsonb(p), 2, 'price < 50 -- cheap', 'articles.title', 9, 8, NULL, NULL, NULL, NULL)
FROM pgembed.search_parts('articles') p;
SELECT pgembed.search_statement(to_jsonb(p), 2, 'title LIKE ''a %''', 'articles.title', NULL, 8, 20, 3, 1, '0.5')
FROM pgembed.search_parts('articles') p;
