CREATE OR REPLACE FUNCTION pgembed.map_values(codec_id integer, for_query boolean, "values" real[])
RETURNS real[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- OFFSET keeps the array from being made a vector once for each row.
    SELECT coalesce(
        (SELECT array_agg(@vector_schema@.inner_product(w.weights, v.vector)::real ORDER BY w.position)
        FROM pgembed.codec_weights w,
            (SELECT map_values."values"::@vector_schema@.vector AS vector OFFSET 0) v
        WHERE w.codec_id = map_values.codec_id AND w.for_query = map_values.for_query),
        map_values."values");
END;

COMMENT ON FUNCTION pgembed.map_values(integer, boolean, real[]) IS
    'Maps a query to the coded side of a codec, or what a code stands for back; the values as they are where the codec has no '
    'transforms.';
