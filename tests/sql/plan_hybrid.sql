\i include/articles.sql
SELECT pgembed.create_text_index('articles') AS made, pgembed.fill_text_index('articles') AS filled,
    pgembed.count_terms('articles') AS terms;
SELECT space_id = :'mini' AS space, fusion, text_weight, terms, weights
FROM pgembed.plan_hybrid('articles', 'garden keyboards', 2);
-- Few rows pass: those are looked up.
SELECT statement LIKE '%\_pgembed\_matching\_few%' AS looked_up FROM pgembed.plan_hybrid('articles', 'garden', 2, 'price < 50');
-- No word.
SELECT terms, weights FROM pgembed.plan_hybrid('articles', 'the', 2);
-- Of 6,000 texts with a common word and few with a rare one: the rare one selects, the common one where that is too little.
-- The rarest selects however many texts have it, and a new word beside it changes nothing.
INSERT INTO articles SELECT n, CASE WHEN n % 1000 = 0 THEN 'common rare' ELSE 'common' END, 0 FROM generate_series(1001, 7000) n;
INSERT INTO pgembed_store.articles_1
SELECT id, 0, sha256(convert_to(title, 'UTF8')), '[1,1,1]' FROM articles WHERE id > 1000;
SELECT pgembed.count_terms('articles');
SELECT terms[1] AS selects, terms[2] AS selects_more, statement LIKE '%\_pgembed\_text\_more%' AS has_more
FROM unnest(ARRAY['rare common', 'common', 'common new', 'rare garden']) AS text, pgembed.plan_hybrid('articles', text, 2);
-- The weight: asked for, fitted, or the default, which reciprocal ranks have alone.
SELECT text_weight FROM pgembed.plan_hybrid('articles', 'garden', 2, options => '{"fusion": "rrf"}');
INSERT INTO pgembed.fusion (collection_id, space_id, text_weight, queries) SELECT collection_id, :'mini', 0.625, 9 FROM pgembed.text_index;
SELECT text_weight FROM pgembed.plan_hybrid('articles', 'garden', 2);
SELECT text_weight FROM pgembed.plan_hybrid('articles', 'garden', 2, options => '{"text_weight": 0.25}');
SELECT text_weight FROM pgembed.plan_hybrid('articles', 'garden', 2, options => '{"fusion": "rrf"}');
-- Refused.
SELECT pgembed.plan_hybrid('articles', 'garden', 2, options => '{"text_weight": 1.5}');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.plan_hybrid('articles', 'garden', 2, options => '{"text_weight": "NaN"}');
SELECT pgembed.plan_hybrid('articles', 'garden', 2, options => '{"fusion": "best"}');
SELECT pgembed.plan_hybrid('articles', 'garden', 2, options => '{"min_relevance": 0.5}');
SELECT pgembed.plan_hybrid('articles', 'garden', 0);
SELECT pgembed.plan_hybrid('articles', 'garden', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.plan_hybrid('nothing', 'garden', 2);
SELECT pgembed.plan_hybrid('empty', 'garden', 2);
