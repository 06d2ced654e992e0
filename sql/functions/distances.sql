-- The query is mapped to the coded side once, for all codes; a code then costs one array and one inner product.
CREATE OR REPLACE FUNCTION pgembed.distances(codes bytea[], query pgembed.space_vector, codec text)
RETURNS double precision[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    c        pgembed.codec := pgembed.fitted_codec(codec);
    levels   real[] := c.levels;
    parts    integer[] := c.parts;
    given    real[] := pgembed.in_space(query, c.space_id);
    squares  double precision := pgembed.inner_product(given, given);
    weights  real[];
    shifted  double precision := 0;
    lows     double precision;
    tail     integer := c.code_bytes - 4;
    scale    double precision := 1;
    wrong    integer;
BEGIN
    IF pg_catalog.cardinality(given) <> c.dimensions THEN
        RAISE EXCEPTION USING ERRCODE = 'PE042',
            MESSAGE = pg_catalog.format('Expected a query of %s dimensions for codec %L, got one of %s.',
                c.dimensions, codec, pg_catalog.cardinality(given)),
            HINT = 'Embed the query with the model whose vectors were coded.';
    ELSIF c.metric = 'cosine' AND squares = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE042',
            MESSAGE = 'Expected a query with a direction, got the zero vector.',
            HINT = 'The zero vector has no cosine distance.';
    END IF;
    SELECT pg_catalog.octet_length(u.code) INTO wrong
    FROM pg_catalog.unnest(codes) u(code) WHERE pg_catalog.octet_length(u.code) <> c.code_bytes LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE041',
            MESSAGE = pg_catalog.format('Expected codes of %s bytes by codec %L, got one of %s.', c.code_bytes, codec, wrong),
            HINT = 'Name the codec that made them.';
    END IF;

    IF c.metric = 'cosine' THEN
        scale := 1 / pg_catalog.sqrt(squares);
    END IF;
    IF c.shift IS NOT NULL THEN
        shifted := pgembed.inner_product(c.shift, given);
    END IF;
    SELECT pg_catalog.array_agg(m.value * coalesce(m.step, 1) ORDER BY m.n),
        coalesce(pg_catalog.sum(m.value::double precision * m.low), 0)
    INTO weights, lows
    FROM ROWS FROM (pg_catalog.unnest(pgembed.map_values(c.codec_id, true, given)), pg_catalog.unnest(c.lows), pg_catalog.unnest(c.steps))
        WITH ORDINALITY AS m(value, low, step, n);

    RETURN ARRAY(
        SELECT CASE
            WHEN p.code IS NULL THEN NULL
            WHEN c.metric = 'cosine' THEN 1 - p.product
            WHEN c.metric = 'inner_product' THEN -p.product
            ELSE pg_catalog.sqrt(greatest(0, squares - 2 * p.product + pgembed.float_at(p.code, tail)))
            END
        FROM (
            SELECT u.n, u.code, scale * (shifted
                + CASE
                    WHEN c.kind = 'rabitq' THEN pgembed.float_at(u.code, 0)
                        / (pgembed.float_at(u.code, 4) * pg_catalog.sqrt(c.coded_dimensions))
                    WHEN c.has_factor THEN pgembed.float_at(u.code, 0)
                    ELSE 1 END
                * (lows + pgembed.inner_product(
                    pgembed.code_levels(u.code, c.kind, c.coded_dimensions, c.has_factor, levels, parts),
                    weights))) AS product
            FROM pg_catalog.unnest(codes) WITH ORDINALITY AS u(code, n)) p
        ORDER BY p.n);
END
$function$;

COMMENT ON FUNCTION pgembed.distances(bytea[], pgembed.space_vector, text) IS
    'The distances of a query, full and not coded, to the vectors that codes of this codec stand for, in their order and '
    'under the codec''s metric; null for a null code. Errors: PE040 no such codec, PE041 a code of another length, PE042 a '
    'query of another length, or the zero vector under cosine.';
