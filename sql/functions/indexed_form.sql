-- As text, since a form is of the one type or the other: the statement casts it to that of the column.
CREATE OR REPLACE FUNCTION pgembed.indexed_form(query @vector_schema@.vector, codec text)
RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    c      pgembed.codec := pgembed.fitted_codec(codec);
    length double precision := 1;
    form   text;
BEGIN
    IF @vector_schema@.vector_dims(query) <> c.dimensions THEN
        RAISE EXCEPTION USING ERRCODE = 'PE042',
            MESSAGE = pg_catalog.format('Expected a query of %s dimensions for codec %L, got one of %s.',
                c.dimensions, codec, @vector_schema@.vector_dims(query)),
            HINT = 'Embed the query with the model whose vectors were coded.';
    END IF;
    IF c.metric = 'cosine' THEN
        length := @vector_schema@.vector_norm(query);
        IF length = 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'PE042',
                MESSAGE = 'Expected a query with a direction, got the zero vector.',
                HINT = 'The zero vector has no cosine distance.';
        END IF;
    END IF;
    IF c.kind IN ('f32', 'f16') THEN
        SELECT pg_catalog.array_agg(
            (@vector_schema@.inner_product(f.weights, query) / length + f.shift)::real ORDER BY f.position)::@vector_schema@.vector::text
        INTO form
        FROM pgembed.codec_form f WHERE f.codec_id = c.codec_id;
        RETURN coalesce(form, query::text);
    END IF;
    SELECT pg_catalog.string_agg(
        CASE WHEN @vector_schema@.inner_product(f.weights, query) / length + f.shift > 0 THEN '1' ELSE '0' END, ''
        ORDER BY f.position)
    INTO form
    FROM pgembed.codec_form f WHERE f.codec_id = c.codec_id;
    RETURN form;
END
$function$;

COMMENT ON FUNCTION pgembed.indexed_form(@vector_schema@.vector, text) IS
    'A query vector in the form that a store with tiers indexes, as text: values of a vector or halfvec, or bits. Errors: '
    'PE040 no such codec, PE042 a query of another length, or the zero vector under cosine.';
