\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled;
-- Counted on the spot where nobody has counted before, then from the counts: the same.
CREATE VIEW weighed AS
    SELECT term, documents, round(weight::numeric, 4) AS weight, texts, round(average_length::numeric, 2) AS average_length
    FROM pgembed.weigh_terms('articles', 'The gardens & the (keyboards | ''mice'') of a "table":*') ORDER BY documents, term;
SELECT * FROM weighed;
SELECT pgembed.count_terms('articles');
SELECT * FROM weighed;
-- No word at all: nothing, stop words, punctuation.
SELECT count(*) FROM pgembed.weigh_terms('articles', '');
SELECT count(*) FROM pgembed.weigh_terms('articles', NULL);
SELECT count(*) FROM pgembed.weigh_terms('articles', 'the of and !!! &|():*');
-- A megabyte of words: the rarest 64.
SELECT count(*) FROM pgembed.weigh_terms('articles', (SELECT string_agg('word' || n, ' ') FROM generate_series(1, 100000) n));
SELECT count(*) FROM pgembed.weigh_terms('articles', repeat('x', 1000000));
SELECT pgembed.weigh_terms('empty', 'word');
\echo :LAST_ERROR_SQLSTATE
