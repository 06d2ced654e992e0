\i include/articles.sql
SELECT pgembed.hybrid_parts('articles');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.hybrid_parts('nothing');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.create_text_index('articles');
\x
SELECT * FROM pgembed.hybrid_parts('articles');
-- Two key columns, odd names, another metric.
CREATE TABLE "Odd ""table" ("Key 1" text, "on" date, "a'b" text, PRIMARY KEY ("Key 1", "on"));
INSERT INTO "Odd ""table" VALUES ('it''s, "1"', '2020-02-29', 'garden chair'), (E'a\\b', '2021-01-01', 'garden table');
INSERT INTO pgembed.space (space_id, name, fingerprint, dimensions, metric)
SELECT pgembed.space_id(repeat('a1', 32), 3, 'l2'), 'mini@1', repeat('a1', 32), 3, 'l2';
INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns)
VALUES ('Odd ''name', 'public', 'Odd "table', '{Key 1,on}', '{"a''b"}');
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving)
SELECT collection_id, pgembed.space_id(repeat('a1', 32), 3, 'l2'), 'f16', 'odd_1', true
FROM pgembed.collection WHERE name LIKE 'Odd%';
CREATE TABLE pgembed_store.odd_1 (key_1 text, key_2 date, chunk integer, content_hash bytea NOT NULL,
    embedding halfvec(3), PRIMARY KEY (key_1, key_2, chunk));
INSERT INTO pgembed_store.odd_1
SELECT "Key 1", "on", chunk, sha256(convert_to("a'b", 'UTF8')), ARRAY[chunk, length("Key 1"), 0]::vector::halfvec(3)
FROM "Odd ""table", generate_series(0, 1) AS chunk;
SELECT pgembed.create_text_index('Odd ''name', 'simple') AS made, pgembed.fill_text_index('Odd ''name') AS filled,
    pgembed.count_terms('Odd ''name') AS terms;
SELECT * FROM pgembed.hybrid_parts('Odd ''name');
SELECT key, round(score::numeric, 4) AS score, round(distance::numeric, 4) AS distance, round(text_score::numeric, 4) AS text_score
FROM pgembed.hybrid_search('Odd ''name', ROW(pgembed.space_id(repeat('a1', 32), 3, 'l2'), '[1,3,0]'), 'chair', 10,
    '"Odd ""table"."on" > ''2000-01-01'' -- lately');
