\i include/articles.sql
SELECT aspect, value FROM pgembed.explain_search('articles', pgembed.vector_of('articles', '1'), 3, 'price < 50')
WHERE aspect NOT IN ('milliseconds', 'statement');
-- Through the index: one of a hundred rows passes.
INSERT INTO articles SELECT i, 'article ' || i, i % 100 FROM generate_series(7, 6000) i;
INSERT INTO pgembed_store.articles_1
SELECT i, 0, '', ARRAY[cos(i), sin(i), cos(i * 0.3)]::real[]::vector FROM generate_series(7, 6000) i;
ANALYZE articles, pgembed_store.articles_1;
SELECT aspect, value FROM pgembed.explain_search('articles', pgembed.vector_of('articles', '1'), 3, 'price < 60')
WHERE aspect NOT IN ('milliseconds', 'statement');
SELECT current_setting('hnsw.ef_search') AS ef_search, current_setting('transaction_read_only') AS read_only;
