-- Sign, exponent and mantissa by arithmetic: SQL has no cast from bytes to real.
CREATE OR REPLACE FUNCTION pgembed.float_at(code bytea, place integer)
RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN get_byte(code, place + 3) >= 128 THEN -1 ELSE 1 END
        * power(2::double precision, greatest(b.exponent, 1) - 150)
        * (get_byte(code, place) + 256 * get_byte(code, place + 1) + 65536 * (get_byte(code, place + 2) & 127)
            + CASE WHEN b.exponent > 0 THEN 8388608 ELSE 0 END)
    FROM (SELECT 2 * (get_byte(code, place + 3) & 127) + get_byte(code, place + 2) / 128 AS exponent) b;
END;

COMMENT ON FUNCTION pgembed.float_at(bytea, integer) IS
    'The float32 that stands in a code behind so many bytes, the lowest byte first.';
