\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled,
    pgembed.count_terms('articles') AS terms;
\x
SELECT plan, reason, settings, terms, weights, statement FROM pgembed.plan_hybrid('articles', 'garden keyboards', 2);
-- Few rows pass: those are looked up. A value is numbered behind the vector, and the words come behind the values.
SELECT terms, statement FROM pgembed.plan_hybrid(
    'articles', 'garden', 2, 'price < #1$', '{title}', '{"fusion": "rrf"}', '#', '{50}', '{integer}');
-- No word.
SELECT reason, terms, weights FROM pgembed.plan_hybrid('articles', 'the', 2);
\x
-- The weight: asked for, fitted, or the default.
CREATE FUNCTION weight(options jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT substring(statement FROM '\S+ precision \* _pgembed_text_score AS') FROM pgembed.plan_hybrid('articles', 'garden', 2, options => options) $$;
SELECT weight('{}');
INSERT INTO pgembed.fusion (collection_id, space_id, text_weight, queries) SELECT collection_id, :'mini', 0.625, 9 FROM pgembed.text_index;
SELECT weight('{}'), weight('{"text_weight": 0.25}');
-- Refused.
SELECT pgembed.plan_hybrid('articles', 'garden', 2, options => '{"text_weight": 1.5}');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.plan_hybrid('articles', 'garden', 2, options => '{"fusion": "best"}');
SELECT pgembed.plan_hybrid('articles', 'garden', 2, options => '{"min_relevance": 0.5}');
SELECT pgembed.plan_hybrid('articles', 'garden', 0);
SELECT pgembed.plan_hybrid('nothing', 'garden', 2);
SELECT pgembed.plan_hybrid('empty', 'garden', 2);
