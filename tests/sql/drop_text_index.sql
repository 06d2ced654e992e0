\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled,
    pgembed.count_terms('articles') AS terms;
SELECT pgembed.drop_text_index('articles') AS dropped, pgembed.drop_text_index('articles') AS again,
    pgembed.drop_text_index('nothing') AS no_collection;
SELECT to_regclass('pgembed_store.articles_1_text') IS NULL AS no_table, (SELECT count(*) FROM pgembed.text_term) AS terms,
    (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'pgembed_store.articles_1'::regclass) AS triggers;
-- The store is written as before.
DELETE FROM pgembed_store.articles_1 WHERE key_1 = 1;
