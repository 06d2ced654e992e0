\i include/articles.sql
-- A store that carries nothing has no part of its own.
SELECT n.* FROM pgembed.search_parts('articles') p, pgembed.narrow_search('articles', to_jsonb(p), 'price = 7') n;
-- One that carries the price, with an index of the cheap.
UPDATE pgembed.collection SET carried_columns = '{price}' WHERE name = 'articles';
TRUNCATE articles, pgembed_store.articles_1;
INSERT INTO articles SELECT i, 'article ' || i, i % 100 FROM generate_series(1, 4000) i;
ALTER TABLE pgembed_store.articles_1 ADD carried_1 integer;
INSERT INTO pgembed_store.articles_1 (key_1, chunk, content_hash, embedding, carried_1)
SELECT i, 0, '', ARRAY[cos(i), sin(i), cos(i * 0.3)]::real[]::vector, i % 100 FROM generate_series(1, 4000) i;
CREATE INDEX cheap ON pgembed_store.articles_1 USING hnsw (embedding vector_cosine_ops) WHERE carried_1 < 20;
ANALYZE articles, pgembed_store.articles_1;
CREATE FUNCTION narrowed(filter text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ', n.means, n.part, round(n.rows), round(n.vectors), n.graphs)
    FROM pgembed.search_parts('articles') p, pgembed.narrow_search('articles', to_jsonb(p), filter) n $$;
SELECT narrowed('price < 20');
SELECT narrowed('price = 7 AND title LIKE ''a%''');
-- What does not imply its condition is not for it.
SELECT narrowed('price < 21'), narrowed('price < 20 OR id = 7'), narrowed('title = ''x'''), narrowed('price IS NULL');
-- Values by their marks: known to the question, parameters in what it gives.
SELECT n.means, n.part FROM pgembed.search_parts('articles') p,
    pgembed.narrow_search('articles', to_jsonb(p), 'price = #1$', '#', '{7}', '{int}') n;
SELECT n.means FROM pgembed.search_parts('articles') p,
    pgembed.narrow_search('articles', to_jsonb(p), 'price = #1$', '#', '{70}', '{int}') n;
-- A date as well, though casting its text depends on the session's settings.
UPDATE pgembed.collection SET carried_columns = '{price,written}' WHERE name = 'articles';
ALTER TABLE articles ADD written date;
ALTER TABLE pgembed_store.articles_1 ADD carried_2 date;
UPDATE pgembed_store.articles_1 SET carried_2 = date '2024-01-01' + carried_1;
CREATE INDEX early ON pgembed_store.articles_1 USING hnsw (embedding vector_cosine_ops) WHERE carried_2 < '2024-01-11';
ANALYZE pgembed_store.articles_1;
SELECT n.means, n.part FROM pgembed.search_parts('articles') p,
    pgembed.narrow_search('articles', to_jsonb(p), 'written < #1$', '#', '{2024-01-05}', '{date}') n;
SELECT n.means FROM pgembed.search_parts('articles') p,
    pgembed.narrow_search('articles', to_jsonb(p), 'written < #1$', '#', '{2024-02-05}', '{date}') n;
UPDATE pgembed.collection SET carried_columns = '{price}' WHERE name = 'articles';
-- Partitions: those that the filter leaves.
DROP TABLE pgembed_store.articles_1;
CREATE TABLE pgembed_store.articles_1 (
    key_1 integer NOT NULL, chunk integer NOT NULL, content_hash bytea NOT NULL, embedding vector(3) NOT NULL,
    carried_1 integer, UNIQUE (key_1, chunk, carried_1)) PARTITION BY RANGE (carried_1);
CREATE TABLE pgembed_store.articles_1_a PARTITION OF pgembed_store.articles_1 FOR VALUES FROM (0) TO (10);
CREATE TABLE pgembed_store.articles_1_b PARTITION OF pgembed_store.articles_1 FOR VALUES FROM (10) TO (50);
CREATE TABLE pgembed_store.articles_1_c PARTITION OF pgembed_store.articles_1 DEFAULT;
INSERT INTO pgembed_store.articles_1 (key_1, chunk, content_hash, embedding, carried_1)
SELECT i, 0, '', ARRAY[cos(i), sin(i), cos(i * 0.3)]::real[]::vector, i % 100 FROM generate_series(1, 4000) i;
CREATE INDEX ON pgembed_store.articles_1 USING hnsw (embedding vector_cosine_ops);
ANALYZE articles, pgembed_store.articles_1;
SELECT narrowed('price = 7');
SELECT narrowed('price < 50');
SELECT narrowed('price < 60'), narrowed('title = ''x''');
-- The plan goes by them; the step that ranks all rows does not.
SELECT plan, reason, s.step ->> 'step' AS step, s.step ->> 'statement' LIKE '%_pgembed_part%' AS narrow,
    s.step -> 'settings' ->> 'plan_cache_mode' AS plan_cache_mode
FROM pgembed.plan_search('articles', 3, 'price < 10', options => '{"ef_search": 40}') p,
    jsonb_array_elements(p.steps) WITH ORDINALITY AS s (step, position)
ORDER BY position;
SELECT plan, s.step ->> 'step' AS step, s.step ->> 'statement' LIKE '%_pgembed_part%' AS narrow
FROM pgembed.plan_search('articles', 3, 'price BETWEEN 10 AND 49', options => '{"ef_search": 40}') p,
    jsonb_array_elements(p.steps) WITH ORDINALITY AS s (step, position)
ORDER BY position;
SELECT count(*), min(key[1]::integer % 100), max(key[1]::integer % 100)
FROM pgembed.search('articles', (:'mini', '[1,0,0]')::pgembed.space_vector, 300, 'price < 10');
-- Other values, other partitions: a client that keeps the plan must know. Not where there are no values to tell apart.
SELECT DISTINCT s -> 'by_value' AS by_value
FROM pgembed.plan_search('articles', 3, 'price < #1$', NULL, '{}', '#', '{10}', '{int}') p, jsonb_array_elements(p.steps) s;
SELECT DISTINCT s -> 'by_value' AS by_value
FROM pgembed.plan_search('articles', 3, 'title = #1$', NULL, '{}', '#', '{x}', '{text}') p, jsonb_array_elements(p.steps) s;
SELECT DISTINCT s -> 'by_value' AS by_value
FROM pgembed.plan_search('articles', 3, 'price < 10') p, jsonb_array_elements(p.steps) s;
