CREATE OR REPLACE FUNCTION pgembed.decode(code bytea, codec text)
RETURNS @vector_schema@.vector
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    c        pgembed.codec := pgembed.fitted_codec(codec);
    factor   double precision := 1;
    coded    real[];
    decoded  real[];
BEGIN
    IF pg_catalog.octet_length(code) <> c.code_bytes THEN
        RAISE EXCEPTION USING ERRCODE = 'PE041',
            MESSAGE = pg_catalog.format('Expected a code of %s bytes by codec %L, got one of %s.',
                c.code_bytes, codec, pg_catalog.octet_length(code)),
            HINT = 'Name the codec that made it.';
    END IF;
    IF c.kind = 'rabitq' THEN
        factor := pgembed.float_at(code, 0) / (pgembed.float_at(code, 4) * pg_catalog.sqrt(c.coded_dimensions));
    ELSIF c.has_factor THEN
        factor := pgembed.float_at(code, 0);
    END IF;
    SELECT pg_catalog.array_agg((factor * (coalesce(l.low, 0) + coalesce(l.step, 1) * l.level))::real ORDER BY l.n)
    INTO coded
    FROM ROWS FROM (
        pg_catalog.unnest(pgembed.code_levels(code, c.kind, c.coded_dimensions, c.has_factor, c.levels, c.parts)),
        pg_catalog.unnest(c.lows), pg_catalog.unnest(c.steps)) WITH ORDINALITY AS l(level, low, step, n);
    decoded := pgembed.map_values(c.codec_id, false, coded);
    IF c.shift IS NOT NULL THEN
        SELECT pg_catalog.array_agg(d.value + d.shift ORDER BY d.n) INTO decoded
        FROM ROWS FROM (pg_catalog.unnest(decoded), pg_catalog.unnest(c.shift)) WITH ORDINALITY AS d(value, shift, n);
    END IF;
    RETURN decoded;
END
$function$;

COMMENT ON FUNCTION pgembed.decode(bytea, text) IS
    'The vector that a code of this codec stands for; under cosine it is of length 1, nearly. Errors: PE040 no such codec, '
    'PE041 a code of another length.';
