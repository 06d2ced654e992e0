\i include/articles.sql
\set steps '(SELECT jsonb_pretty(jsonb_agg(s - ''statement'')) FROM jsonb_array_elements(steps) s) AS steps'
-- Few vectors: ranking them all is cheapest.
SELECT plan, reason, matching_rows, stored_rows, :steps FROM pgembed.plan_search('articles', 10);
-- Many.
DROP INDEX pgembed_store.articles_1_hnsw;
INSERT INTO articles SELECT i, 'article ' || i, i % 100 FROM generate_series(7, 9000) i;
INSERT INTO pgembed_store.articles_1
SELECT i, 0, '', ARRAY[cos(i), sin(i), cos(i * 0.3)]::real[]::vector FROM generate_series(7, 9000) i;
CREATE INDEX ON pgembed_store.articles_1 USING hnsw (embedding vector_cosine_ops);
ANALYZE articles, pgembed_store.articles_1;
SELECT plan, reason, matching_rows, :steps FROM pgembed.plan_search('articles', 10);
SELECT plan, reason, matching_rows, :steps FROM pgembed.plan_search('articles', 10, 'price = 7');
SELECT plan, reason, matching_rows, :steps FROM pgembed.plan_search('articles', 10, 'price < 60');
SELECT plan, reason, matching_rows, :steps FROM pgembed.plan_search('articles', 10, 'price < 45');
-- Asked for.
SELECT plan, reason, :steps FROM pgembed.plan_search('articles', 10, 'price < 60', options => '{"exact": true}');
SELECT plan, :steps FROM pgembed.plan_search('articles', 10, options => '{"ef_search": 333}');
-- Values by their marks: constants to the estimate, parameters to the statement.
SELECT matching_rows, substring(steps::text FROM 'AND \((?:.n)(price.*?).n\)') AS filter
FROM pgembed.plan_search('articles', 10, 'price = #1$ OR title = #2$ OR price = #3$', '{title}', marker => '#',
    "values" => '{7,x,NULL}', types => '{int,text,int}');
-- Refused.
SELECT pgembed.plan_search('nothing', 10);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.plan_search('articles', 0);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.plan_search('articles', 10, options => '{"ef": 9}');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.plan_search('articles', 10, 'no_such_column = 1');
SELECT pgembed.plan_search('articles', 10, 'true); DROP TABLE articles; SELECT (true');
