\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled,
    pgembed.count_terms('articles') AS terms;
SELECT h.key, a.title, round(h.score::numeric, 4) AS score, round(h.distance::numeric, 4) AS distance,
    round(h.text_score::numeric, 4) AS text_score
FROM pgembed.hybrid_search('articles', pgembed.vector_of('articles', '1'), 'garden mice', 4) h
    JOIN articles a ON a.id = h.key[1]::integer
ORDER BY h.score DESC;
