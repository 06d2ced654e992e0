-- Articles with a store of tiny vectors made by hand: five of six rows have one. Two spaces: mini's serves.
\set ECHO none
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE articles (id integer PRIMARY KEY, title text NOT NULL, price integer NOT NULL);
INSERT INTO articles VALUES
    (1, 'a quiet keyboard', 40), (2, 'a loud keyboard', 20), (3, 'a silent mouse', 15),
    (4, 'a garden chair', 60), (5, 'a garden table', 90), (6, 'not embedded yet', 10);
SELECT repeat('a1', 32) AS mini_fingerprint, repeat('b2', 32) AS other_fingerprint \gset
SELECT pgembed.space_id(:'mini_fingerprint', 3, 'cosine') AS mini,
    pgembed.space_id(:'other_fingerprint', 3, 'cosine') AS other \gset
INSERT INTO pgembed.space (space_id, name, fingerprint, dimensions, metric) VALUES
    (:'mini', 'mini@1', :'mini_fingerprint', 3, 'cosine'),
    (:'other', 'other@2', :'other_fingerprint', 3, 'cosine');
INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns) VALUES
    ('articles', 'public', 'articles', '{id}', '{title}'),
    ('empty', 'public', 'articles', '{id}', '{title}');
INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving)
SELECT collection_id, :'mini', 'f32', 'articles_1', true FROM pgembed.collection WHERE name = 'articles';
CREATE TABLE pgembed_store.articles_1 (
    key_1        integer NOT NULL,
    chunk        integer NOT NULL,
    content_hash bytea NOT NULL,
    embedding    vector(3) NOT NULL,
    PRIMARY KEY (key_1, chunk));
INSERT INTO pgembed_store.articles_1
SELECT id, 0, sha256(convert_to(title, 'UTF8')), embedding::vector
FROM (VALUES (1, '[1,0,0]'), (2, '[0.9,0.1,0]'), (3, '[0.7,0.7,0]'), (4, '[0,1,0]'), (5, '[0,0.9,0.2]'))
    AS vectors (id, embedding)
    JOIN articles USING (id);
CREATE INDEX articles_1_hnsw ON pgembed_store.articles_1 USING hnsw (embedding vector_cosine_ops);
ANALYZE articles, pgembed_store.articles_1;
\set ECHO all
