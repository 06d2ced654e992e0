\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled,
    pgembed.count_terms('articles') AS terms;
CREATE FUNCTION found(text text, k integer, filter text DEFAULT NULL, options jsonb DEFAULT '{}')
RETURNS TABLE (title text, score numeric, distance numeric, text_score numeric) LANGUAGE sql AS $$
    SELECT a.title, round(h.score::numeric, 4), round(h.distance::numeric, 4), round(h.text_score::numeric, 4)
    FROM pgembed.hybrid_search('articles', pgembed.vector_of('articles', '1'), text, k, filter, options) h
        JOIN articles a ON a.id = h.key[1]::integer
    ORDER BY h.score DESC $$;
SELECT * FROM found('garden mice', 4);
SELECT * FROM found('garden mice', 4, options => '{"fusion": "rrf"}');
SELECT * FROM found('garden mice', 2, options => '{"text_weight": 1}');
-- Filters hold in both legs; all rows that pass and have a vector come.
SELECT * FROM found('garden mice', 10, 'price > 30 -- dear');
SELECT * FROM found('garden mice', 10, 'articles.price > 1000');
-- No words, or what tsquery takes for an operator.
SELECT title FROM found('', 2);
SELECT title FROM found(NULL, 2);
SELECT title FROM found('the', 2);
SELECT title FROM found('!garden & (chair | :* <-> ''', 2, options => '{"text_weight": 1}');
-- What a filter's function writes is refused.
CREATE FUNCTION write_something() RETURNS boolean LANGUAGE sql AS 'DELETE FROM articles RETURNING true';
SELECT title FROM found('garden', 2, 'write_something()');
SELECT title FROM found('garden', 2, 'true); DELETE FROM articles; SELECT (true');
SELECT count(*) FROM articles;
-- A row that is gone is hidden at once, and one whose vector is gone, whose text is left.
BEGIN;
DELETE FROM articles WHERE id = 4;
DELETE FROM pgembed_store.articles_1 WHERE key_1 = 5;
SELECT * FROM found('garden', 10);
ROLLBACK;
-- The words' scores are BM25's, computed plainly: of 8,000 texts most have common words, some rare ones too.
INSERT INTO articles
SELECT n, 'filler' || repeat(' common', n % 4) || CASE WHEN n % 2 = 0 THEN ' often' ELSE '' END
    || repeat(' seldom', CASE WHEN n % 97 = 0 THEN n % 5 ELSE 0 END), n
FROM generate_series(1001, 9000) n;
INSERT INTO pgembed_store.articles_1
SELECT id, 0, sha256(convert_to(title, 'UTF8')), ARRAY[cos(id), sin(id), 1]::vector FROM articles WHERE id > 1000;
SELECT pgembed.count_terms('articles');
CREATE VIEW plain AS
    WITH texts AS (SELECT key_1 AS id, lexemes, length(lexemes)::float8 AS length FROM pgembed_store.articles_1_text),
        words AS (SELECT id, length, lexeme AS word, cardinality(positions) AS tf FROM texts CROSS JOIN unnest(lexemes)),
        average AS (SELECT count(*)::float8 AS n, avg(length) AS length FROM texts),
        weights AS (SELECT word, ln(1 + (max(average.n) - count(*) + 0.5) / (count(*) + 0.5)) / ln(max(average.n) + 1) AS idf
                    FROM words, average GROUP BY word)
    SELECT id, sum(CASE WHEN word IN ('seldom', 'often', 'common')
        THEN idf * tf / (tf + 1.2 * (0.25 + 0.75 * words.length / average.length)) ELSE 0 END) AS score
    FROM words JOIN weights USING (word), average GROUP BY id;
CREATE FUNCTION differs(text text, filter text DEFAULT NULL) RETURNS TABLE (rows bigint, differing bigint) LANGUAGE sql AS $$
    SELECT count(*), count(*) FILTER (WHERE abs(f.text_score - p.score) > 1e-5)
    FROM (SELECT row_number() OVER (ORDER BY text_score DESC) AS place, text_score
          FROM pgembed.hybrid_search('articles', ROW(pgembed.space_id(repeat('a1', 32), 3, 'cosine'), '[1,0,0]'),
              text, 100, filter, '{"text_weight": 1}')) f
        JOIN (SELECT row_number() OVER (ORDER BY score DESC) AS place, score
              FROM plain JOIN articles USING (id) WHERE filter IS NULL OR price % 100 = 1) p USING (place) $$;
SELECT * FROM differs('seldom often common');
SELECT * FROM differs('seldom often common', 'price % 100 = 1');
DROP VIEW plain;
-- Refused: another space, no vector, no text index.
SELECT pgembed.hybrid_search('articles', ROW(:'other', '[1,0,0]'), 'garden');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.hybrid_search('articles', pgembed.vector_of('articles', '6'), 'garden');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.drop_text_index('articles');
SELECT pgembed.hybrid_search('articles', pgembed.vector_of('articles', '1'), 'garden');
\echo :LAST_ERROR_SQLSTATE
