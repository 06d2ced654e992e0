CREATE OR REPLACE FUNCTION pgembed.form_values(codec_id integer, "values" real[], length double precision)
RETURNS real[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- OFFSET keeps the array from being made a vector once for each row.
    SELECT coalesce(
        (SELECT array_agg(
                (@vector_schema@.inner_product(f.weights, v.vector) / form_values.length + f.shift)::real ORDER BY f.position)
        FROM pgembed.codec_form f,
            (SELECT form_values."values"::@vector_schema@.vector AS vector OFFSET 0) v
        WHERE f.codec_id = form_values.codec_id),
        form_values."values");
END;

COMMENT ON FUNCTION pgembed.form_values(integer, real[], double precision) IS
    'The values of a vector, brought to a length of 1 by the one given, that a codec of an indexed form makes of it, or whose '
    'signs it keeps; the vector as it is where the codec has no rows.';
