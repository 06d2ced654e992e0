\i include/articles.sql
SELECT aspect, value FROM pgembed.explain_search('articles', pgembed.vector_of('articles', '1'), 3, 'price < 50')
WHERE aspect <> 'milliseconds' AND aspect NOT LIKE 'statement%';
-- Rows are those that there are, not those that were asked for.
SELECT value AS rows FROM pgembed.explain_search('articles', pgembed.vector_of('articles', '1'), 10, 'price < 50')
WHERE aspect = 'rows';
SELECT value AS rows FROM pgembed.explain_search('articles', pgembed.vector_of('articles', '1'), 10, 'price < 0')
WHERE aspect = 'rows';
SELECT value AS rows FROM pgembed.explain_search('articles', pgembed.vector_of('articles', '1'), 2) WHERE aspect = 'rows';
-- Through the index.
DROP INDEX pgembed_store.articles_1_hnsw;
INSERT INTO articles SELECT i, 'article ' || i, i % 100 FROM generate_series(7, 9000) i;
INSERT INTO pgembed_store.articles_1
SELECT i, 0, '', ARRAY[cos(i), sin(i), cos(i * 0.3)]::real[]::vector FROM generate_series(7, 9000) i;
CREATE INDEX ON pgembed_store.articles_1 USING hnsw (embedding vector_cosine_ops);
ANALYZE articles, pgembed_store.articles_1;
SELECT aspect, regexp_replace(value, '\d+ rows of the \d+ nearest', 'n rows of the n nearest') AS value
FROM pgembed.explain_search('articles', pgembed.vector_of('articles', '1'), 3, 'price < 90')
WHERE aspect <> 'milliseconds' AND aspect NOT LIKE 'statement%';
SELECT value AS rows FROM pgembed.explain_search('articles', pgembed.vector_of('articles', '1'), 200, 'id % 100 = 7')
WHERE aspect = 'rows';
SELECT count(*) FROM articles WHERE id % 100 = 7;
SELECT current_setting('hnsw.ef_search') AS ef_search, current_setting('transaction_read_only') AS read_only;
