\i include/articles.sql
SELECT pgembed.create_nearest('articles');
-- The function needs the table.
DROP TABLE pgembed_store.articles_1;
SELECT pgembed.drop_nearest('articles');
SELECT pgembed.drop_nearest('articles') AS again;
DROP TABLE pgembed_store.articles_1;
SELECT pgembed.drop_nearest('nothing');
