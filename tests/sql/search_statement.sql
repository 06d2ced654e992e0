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
-- In every step a filter may name the table's system columns plainly; the store's can't be meant.
SELECT replace(pgembed.search_statement(
    to_jsonb(p), n.step, 2, 'ctid = ''(0,2)'' AND tableoid = ''articles''::regclass', NULL, 100, 100), '$1', '''[1,0,0]''')
FROM pgembed.search_parts('articles') p, unnest('{near,few,within,every}'::text[]) WITH ORDINALITY AS n (step, position)
ORDER BY n.position
\gexec
