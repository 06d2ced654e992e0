\i include/articles.sql
SELECT pgembed.estimate_rows('SELECT FROM articles');
SELECT pgembed.estimate_rows('SELECT FROM articles WHERE price < ($1)[1]::integer', '{20}');
-- Nothing is run, and nothing can follow the query.
SELECT pgembed.estimate_rows('SELECT 1 / 0 FROM articles WHERE price > 1000');
SELECT pgembed.estimate_rows('SELECT FROM articles; DROP TABLE articles');
SELECT count(*) FROM articles;
