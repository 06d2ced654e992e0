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
-- Refused: another space, no vector, no text index.
SELECT pgembed.hybrid_search('articles', ROW(:'other', '[1,0,0]'), 'garden');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.hybrid_search('articles', pgembed.vector_of('articles', '6'), 'garden');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.drop_text_index('articles');
SELECT pgembed.hybrid_search('articles', pgembed.vector_of('articles', '1'), 'garden');
\echo :LAST_ERROR_SQLSTATE
