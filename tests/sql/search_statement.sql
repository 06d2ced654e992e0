\i include/articles.sql
\pset format unaligned
\pset tuples_only on
SELECT pgembed.search_statement(to_jsonb(p), 'near', 2, 'price < 50 -- cheap', '{title,price}', 20, 3)
FROM pgembed.search_parts('articles') p;
SELECT pgembed.search_statement(to_jsonb(p), 'few', 2, 'price < 50', NULL, 100)
FROM pgembed.search_parts('articles') p;
SELECT pgembed.search_statement(to_jsonb(p), 'every', 2, NULL, '{title}')
FROM pgembed.search_parts('articles') p;
-- No more than were to be ranked, and more.
\pset null null
SELECT pgembed.search_statement(to_jsonb(p), 'few', 2, 'price < 50', '{title}', 4) AS statement
FROM pgembed.search_parts('articles') p \gset
PREPARE few AS :statement;
EXECUTE few('[1,0,0]');
INSERT INTO articles VALUES (7, 'a cheap thing', 1);
EXECUTE few('[1,0,0]');
