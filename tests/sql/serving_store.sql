\i include/articles.sql
SELECT * FROM pgembed.serving_store('articles');
SELECT * FROM pgembed.serving_store('empty');
\echo :LAST_ERROR_SQLSTATE
-- No such collection: names that begin alike come first.
INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns)
SELECT name, 'public', 'articles', '{id}', '{title}'
FROM unnest('{a,b,c,d,e,f,g,h,i,j,k,l,"O''Brien"}'::text[]) AS name;
SELECT * FROM pgembed.serving_store('EMPT');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM pgembed.serving_store('O''Brian');
SELECT * FROM pgembed.serving_store(NULL);
-- A table dropped by hand.
DROP TABLE pgembed_store.articles_1;
SELECT * FROM pgembed.serving_store('articles');
\echo :LAST_ERROR_SQLSTATE
-- No collection at all.
DELETE FROM pgembed.collection;
SELECT * FROM pgembed.serving_store('articles');
