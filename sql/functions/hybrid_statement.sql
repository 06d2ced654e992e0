-- The statement has two legs and fuses them. The vector leg is pgembed.search with the same filter, so it is planned as any
-- search is. Its parameters: $1 the query vector, $2 the same as a space_vector, $3 the collection, $4 the filter,
-- $5 the search's options, $6 the terms as texts of tsqueries (the first selects, the second selects more, the rest are
-- the terms one by one), $7 each term's weight.
--
-- The text leg ranks by BM25: a text scores, for each term, weight * tf / (tf + norm), where norm is 1.2 * (0.25 + 0.75 *
-- length / average length) and length is how many different lexemes it has. How often a lexeme is in a text, tf, is read
-- from ts_rank, which finds it without taking the tsvector apart: with all weights 1 the rank of a single term is
-- 6 / pi^2 * (1 + 1/4 + ... + 1/tf^2), and 6 / pi^2 / (1 - rank) lies by less than a half beside tf + 0.5.
--
-- Few texts have a rare word and most have a common one. So the rare ones select the texts that are scored, and all terms
-- score them. More are selected only where it can matter: there are too few, or one that was left out could, with all
-- that the left-out terms can give (`spare`), score as much as the last. Where few rows pass the filter (`bound`), those
-- are scored.
--
-- Rows that one leg alone has found get the other's score too, so that both count for all. Each step is a MATERIALIZED
-- CTE, and one that is not needed has a false condition without a column: the server never starts it. LIMITs are literals.
CREATE OR REPLACE FUNCTION pgembed.hybrid_statement(
    parts jsonb, k integer, depth integer, filter text, terms integer, spare double precision, bound integer,
    fusion text, text_weight double precision)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    keys      constant text := parts ->> 'keys';
    -- On lines of its own: a comment at the filter's end must not take the parenthesis with it.
    condition constant text := coalesce(E' AND (\n' || filter || E'\n)', '');
    tsquery   constant text := '($6::pg_catalog.text[])[%s]::pg_catalog.tsquery';
    rows_of   constant text := '(SELECT pg_catalog.count(*) FROM _pgembed_%s)';
    score     text := '0::double precision';
    selected  text;
    steps     text[] := '{}';
    found     text[] := '{}';
    few       text := 'true';
BEGIN
    steps := steps || pg_catalog.format($sql$_pgembed_vector_leg AS MATERIALIZED (
    SELECT %1$s, distance AS _pgembed_distance, ordinality AS _pgembed_rank
    FROM pgembed.search($3, $2, %2$s, $4, $5) WITH ORDINALITY)$sql$, parts ->> 'found_keys', depth);
    IF terms = 0 THEN
        found := ARRAY[pg_catalog.format(
            'SELECT %s, _pgembed_distance, _pgembed_rank, NULL::bigint AS _pgembed_text_rank, '
            'NULL::double precision AS _pgembed_text_score FROM _pgembed_vector_leg', keys)];
    ELSE
        score := (
            SELECT pg_catalog.string_agg(pg_catalog.format(
                    '($7::double precision[])[%s] * (1 - _pgembed_norm / (_pgembed_norm + pg_catalog.round((0.6079271018540267 '
                    '/ (1.0000001 - pg_catalog.ts_rank(''{1,1,1,1}'', _pgembed_lexemes, %s)))::double precision - 0.5)))',
                    n, pg_catalog.format(tsquery, n + 2)),
                E'\n            + ' ORDER BY n)
            FROM pg_catalog.generate_series(1, terms) n);
        IF bound IS NOT NULL THEN
            steps := steps || pg_catalog.format($sql$_pgembed_matching_few AS MATERIALIZED (
    SELECT %1$s FROM %2$s AS %3$s WHERE true%4$s LIMIT %5$s),
_pgembed_text_few AS MATERIALIZED (
    SELECT %6$s, %7$s AS _pgembed_score
    FROM _pgembed_matching_few
        CROSS JOIN LATERAL (
            SELECT lexemes AS _pgembed_lexemes, %8$s AS _pgembed_norm
            FROM %9$s
            WHERE %10$s AND lexemes @@ %11$s
            OFFSET 0) AS _pgembed_text
    WHERE %12$s <= %13$s)$sql$,
                parts ->> 'source_keys', parts ->> 'source', parts ->> 'source_name', condition, bound + 1,
                keys, score, parts ->> 'norm', parts ->> 'index_table', parts ->> 'same_key',
                pg_catalog.format(tsquery, 2), pg_catalog.format(rows_of, 'matching_few'), bound);
            found := found || 'SELECT * FROM _pgembed_text_few'::text;
            few := pg_catalog.format(rows_of || ' > %s', 'matching_few', bound);
        END IF;
        selected := $sql$_pgembed_text_%1$s AS MATERIALIZED (
    SELECT %2$s, _pgembed_score
    FROM (SELECT %2$s, %3$s AS _pgembed_score
          FROM (SELECT %4$s, lexemes AS _pgembed_lexemes, %5$s AS _pgembed_norm
                FROM %6$s
                WHERE lexemes @@ %7$s AND %8$s
                OFFSET 0) AS _pgembed_texts
          ORDER BY _pgembed_score DESC, %2$s
          OFFSET 0) AS _pgembed_scored
        CROSS JOIN LATERAL (SELECT FROM %9$s AS %10$s WHERE %11$s%12$s OFFSET 0) AS _pgembed_passing
    LIMIT %13$s)$sql$;
        steps := steps || pg_catalog.format(selected, 'rare', keys, score, parts ->> 'indexed_keys', parts ->> 'norm',
            parts ->> 'index_table', pg_catalog.format(tsquery, 1), few, parts ->> 'source', parts ->> 'source_name',
            parts ->> 'source_key', condition, depth);
        IF spare IS NULL THEN
            found := found || 'SELECT * FROM _pgembed_text_rare'::text;
        ELSE
            steps := steps || pg_catalog.format(selected, 'more', keys, score, parts ->> 'indexed_keys', parts ->> 'norm',
                parts ->> 'index_table', pg_catalog.format(tsquery, 2),
                few || pg_catalog.format(' AND (%s < %s OR (SELECT pg_catalog.min(_pgembed_score) FROM _pgembed_text_rare) < %s)',
                    pg_catalog.format(rows_of, 'text_rare'), depth, spare),
                parts ->> 'source', parts ->> 'source_name', parts ->> 'source_key', condition, depth);
            -- Whatever is among the rare is among the more too.
            found := found || 'SELECT * FROM _pgembed_text_more'::text || ('SELECT * FROM _pgembed_text_rare '
                'WHERE NOT EXISTS (SELECT FROM _pgembed_text_more)')::text;
        END IF;
        steps := steps || pg_catalog.format($sql$_pgembed_text_leg AS MATERIALIZED (
    SELECT *, pg_catalog.row_number() OVER (ORDER BY _pgembed_score DESC, %1$s) AS _pgembed_rank
    FROM (%2$s) AS _pgembed_texts)$sql$, keys, pg_catalog.array_to_string(found, ' UNION ALL '));
        found := ARRAY[pg_catalog.format(
            $sql$SELECT %1$s, pg_catalog.min(_pgembed_distance) AS _pgembed_distance, pg_catalog.min(_pgembed_rank) AS _pgembed_rank,
        pg_catalog.min(_pgembed_text_rank) AS _pgembed_text_rank, pg_catalog.max(_pgembed_text_score) AS _pgembed_text_score
    FROM (SELECT %1$s, _pgembed_distance, _pgembed_rank, NULL::bigint AS _pgembed_text_rank,
              NULL::double precision AS _pgembed_text_score
          FROM _pgembed_vector_leg
          UNION ALL
          SELECT %1$s, NULL, NULL, _pgembed_rank, _pgembed_score FROM _pgembed_text_leg WHERE _pgembed_rank <= %2$s)
        AS _pgembed_legs
    GROUP BY %1$s$sql$, keys, depth)];
    END IF;

    steps := steps || pg_catalog.format($sql$_pgembed_candidates AS MATERIALIZED (
    %1$s),
_pgembed_compared AS MATERIALIZED (
    SELECT %2$s, _pgembed_rank, _pgembed_text_rank,
        coalesce(_pgembed_distance, (
            SELECT pg_catalog.min(%3$s) FROM %4$s WHERE %5$s)) AS _pgembed_distance,
        coalesce(_pgembed_text_score, (
            SELECT %6$s
            FROM (SELECT lexemes AS _pgembed_lexemes, %7$s AS _pgembed_norm FROM %8$s WHERE %5$s OFFSET 0) AS _pgembed_text),
            0) AS _pgembed_text_score
    FROM _pgembed_candidates)$sql$,
        found[1], keys, parts ->> 'distance', parts ->> 'store', parts ->> 'same_key',
        score, parts ->> 'norm', parts ->> 'index_table');
    -- A text whose vector is gone has no distance, and is no result.
    RETURN pg_catalog.format(
        $sql$WITH %1$s
SELECT ARRAY[%2$s] AS key, _pgembed_score AS score, _pgembed_distance AS distance, _pgembed_text_score AS text_score
FROM (SELECT *, %3$s AS _pgembed_score
      FROM _pgembed_compared
      WHERE _pgembed_distance IS NOT NULL
      ORDER BY _pgembed_score DESC, %4$s
      LIMIT %5$s) AS _pgembed_fused
    JOIN %6$s AS %7$s ON %8$s
ORDER BY _pgembed_score DESC, %4$s$sql$,
        pg_catalog.array_to_string(steps, E',\n'), parts ->> 'key_text',
        CASE fusion
            WHEN 'rrf' THEN pg_catalog.format(
                'coalesce(%L::double precision / (60 + _pgembed_rank), 0) '
                    '+ coalesce(%L::double precision / (60 + _pgembed_text_rank), 0)',
                1 - text_weight, text_weight)
            ELSE pg_catalog.format('%L::double precision * (%s) + %L::double precision * _pgembed_text_score',
                1 - text_weight, parts ->> 'similarity', text_weight)
        END,
        keys, k, parts ->> 'source', parts ->> 'source_name', parts ->> 'source_key');
END
$function$;

COMMENT ON FUNCTION pgembed.hybrid_statement(jsonb, integer, integer, text, integer, double precision, integer, text, double precision) IS
    'The statement of a hybrid search, out of a collection''s parts and the numbers of a plan. It gives the key columns as '
    'texts, the fused score, the distance and the text''s score, the best first.';
