\i include/articles.sql
-- Nothing where the collection has no text index; twice is as once.
SELECT pgembed.follow_store(1, 'pgembed_store.articles_1');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'pgembed_store.articles_1'::regclass;
SELECT pgembed.create_text_index('articles');
SELECT pgembed.follow_store(1, 'pgembed_store.articles_1');
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'pgembed_store.articles_1'::regclass ORDER BY tgname;
