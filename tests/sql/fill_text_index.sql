\i include/articles.sql
SELECT pgembed.create_text_index('articles');
-- A text whose vector is out of date is left to whoever embeds it.
UPDATE articles SET title = 'another text' WHERE id = 2;
SELECT pgembed.fill_text_index('articles', 3) AS three, pgembed.fill_text_index('articles') AS rest,
    pgembed.fill_text_index('articles') AS none;
SELECT key_1, lexemes FROM pgembed_store.articles_1_text ORDER BY key_1;
SELECT pgembed.fill_text_index('empty');
\echo :LAST_ERROR_SQLSTATE
