-- One array a code, of which pgvector then makes the product with a query at once: the loop over a code's bytes is all
-- that SQL does itself.
CREATE OR REPLACE FUNCTION pgembed.code_levels(
    code bytea, kind text, coded_dimensions integer, has_factor boolean, levels real[], parts integer[])
RETURNS real[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    start integer := CASE WHEN kind = 'rabitq' THEN 8 WHEN has_factor THEN 4 ELSE 0 END;
    last  integer := coded_dimensions - 1;
    plane integer := (coded_dimensions + 7) / 8;
BEGIN
    CASE
        WHEN code IS NULL THEN
            RETURN NULL;
        WHEN kind IN ('sq8', 'fp8_e4m3', 'fp8_e5m2') THEN
            RETURN ARRAY(
                SELECT levels[1 + pg_catalog.get_byte(code, i)] FROM pg_catalog.generate_series(start, start + last) i);
        WHEN kind IN ('sq4', 'nq4') THEN
            RETURN ARRAY(
                SELECT levels[1 + ((pg_catalog.get_byte(code, start + (i >> 1)) >> ((i & 1) << 2)) & 15)]
                FROM pg_catalog.generate_series(0, last) i);
        WHEN kind IN ('bit', 'rabitq') THEN
            -- PostgreSQL counts the bits of a byte from the lowest.
            RETURN ARRAY(
                SELECT levels[1 + pg_catalog.get_bit(code, 8 * start + ((i | 7) - (i & 7)))]
                FROM pg_catalog.generate_series(0::bigint, last) i);
        WHEN kind = 'mbit2' THEN
            RETURN ARRAY(
                SELECT levels[1 + 2 * pg_catalog.get_bit(code, 8 * start + ((i | 7) - (i & 7)))
                    + pg_catalog.get_bit(code, 8 * (start + plane) + ((i | 7) - (i & 7)))]
                FROM pg_catalog.generate_series(0::bigint, last) i);
        WHEN kind = 'mbit3' THEN
            RETURN ARRAY(
                SELECT levels[1 + 4 * pg_catalog.get_bit(code, 8 * start + ((i | 7) - (i & 7)))
                    + 2 * pg_catalog.get_bit(code, 8 * (start + plane) + ((i | 7) - (i & 7)))
                    + pg_catalog.get_bit(code, 8 * (start + 2 * plane) + ((i | 7) - (i & 7)))]
                FROM pg_catalog.generate_series(0::bigint, last) i);
        WHEN kind = 'mbit4' THEN
            RETURN ARRAY(
                SELECT levels[1 + 8 * pg_catalog.get_bit(code, 8 * start + ((i | 7) - (i & 7)))
                    + 4 * pg_catalog.get_bit(code, 8 * (start + plane) + ((i | 7) - (i & 7)))
                    + 2 * pg_catalog.get_bit(code, 8 * (start + 2 * plane) + ((i | 7) - (i & 7)))
                    + pg_catalog.get_bit(code, 8 * (start + 3 * plane) + ((i | 7) - (i & 7)))]
                FROM pg_catalog.generate_series(0::bigint, last) i);
        WHEN kind = 'pq' THEN
            RETURN ARRAY(
                SELECT levels[256 * i + 1 + pg_catalog.get_byte(code, parts[i + 1])]
                FROM pg_catalog.generate_series(0, last) i);
        WHEN kind = 'f16' THEN
            RETURN ARRAY(
                SELECT CASE WHEN h.high >= 128 THEN -1 ELSE 1 END * levels[1 + ((h.high >> 2) & 31)]
                    * (((h.high & 3) << 8) + h.low + CASE WHEN h.high & 124 > 0 THEN 1024 ELSE 0 END)
                FROM (SELECT pg_catalog.get_byte(code, 2 * i) AS low, pg_catalog.get_byte(code, 2 * i + 1) AS high
                    FROM pg_catalog.generate_series(0, last) i) h);
        ELSE
            RETURN ARRAY(
                SELECT (CASE WHEN b.b3 >= 128 THEN -1 ELSE 1 END
                    * levels[1 + (((b.b3 & 127) << 1) | (b.b2 >> 7))]::double precision
                    * (((b.b2 & 127) << 16) + b.low + CASE WHEN b.b3 & 127 > 0 OR b.b2 > 127 THEN 8388608 ELSE 0 END))::real
                FROM (SELECT pg_catalog.get_byte(code, 4 * i) + (pg_catalog.get_byte(code, 4 * i + 1) << 8) AS low,
                        pg_catalog.get_byte(code, 4 * i + 2) AS b2, pg_catalog.get_byte(code, 4 * i + 3) AS b3
                    FROM pg_catalog.generate_series(0, last) i) b);
    END CASE;
END
$function$;

COMMENT ON FUNCTION pgembed.code_levels(bytea, text, integer, boolean, real[], integer[]) IS
    'What the pieces of a code stand for, one for each coded dimension, without the factor before it; the arguments are '
    'the codec''s, as in pgembed.codec.';
