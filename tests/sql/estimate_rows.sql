\i include/articles.sql
SELECT pgembed.estimate_rows('SELECT FROM articles');
SELECT pgembed.estimate_rows('SELECT FROM articles WHERE price < ($1)[1]::integer', '{20}');
-- Nothing is run, and nothing can follow the query.
SELECT pgembed.estimate_rows('SELECT FROM articles WHERE 1 / (price - price) = 1');
SELECT pgembed.estimate_rows('SELECT FROM articles; DROP TABLE articles');
SELECT count(*) FROM articles;
