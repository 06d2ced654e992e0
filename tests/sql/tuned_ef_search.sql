\i include/articles.sql
-- Not tuned.
SELECT pgembed.tuned_ef_search('articles', 10);
UPDATE pgembed.store SET tuned_ef_search = 60, tuned_m = 16, tuned_ef_construction = 64, tuned_recall = 0.95, tuned_k = 10,
    tuned_at = now();
-- For as many rows or fewer as it was tuned for; more need more, up to what the server takes.
SELECT k, pgembed.tuned_ef_search('articles', k) FROM (VALUES (1), (10), (25), (1000)) AS asked (k);
-- An index that is built otherwise is not the one that was tuned.
UPDATE pgembed.store SET tuned_m = 24;
SELECT pgembed.tuned_ef_search('articles', 10);
DROP INDEX pgembed_store.articles_1_hnsw;
CREATE INDEX ON pgembed_store.articles_1 USING hnsw (embedding vector_cosine_ops) WITH (m = 24, ef_construction = 80);
SELECT pgembed.tuned_ef_search('articles', 10);
UPDATE pgembed.store SET tuned_ef_construction = 80;
SELECT pgembed.tuned_ef_search('articles', 10), pgembed.tuned_ef_search('nothing', 10);
-- All of it, or nothing.
\set VERBOSITY terse
UPDATE pgembed.store SET tuned_k = NULL;
\echo :LAST_ERROR_SQLSTATE
