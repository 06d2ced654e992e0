-- Whatever characters a lexeme has, the query is for just it.
SELECT term, pgembed.term_query(term), pgembed.term_query(term)::tsquery, array_to_tsvector(ARRAY[term]) @@ pgembed.term_query(term)::tsquery AS found
FROM unnest(ARRAY['word', 'it''s', 'back\slash', 'a & !b | (c) <-> d:*A', E'tab\tand "quote"', '''', '\', '$1 %s']) AS term;
SELECT pgembed.term_query(NULL) IS NULL AS nothing;
