-- As text, since a form is of the one type or the other: the statement casts it to that of the column.
CREATE OR REPLACE FUNCTION pgembed.indexed_form(query real[], codec text)
RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    c      pgembed.codec := pgembed.fitted_codec(codec);
    length double precision := 1;
    form   real[];
BEGIN
    IF pg_catalog.cardinality(query) <> c.dimensions THEN
        RAISE EXCEPTION USING ERRCODE = 'PE042',
            MESSAGE = pg_catalog.format('Expected a query of %s dimensions for codec %L, got one of %s.',
                c.dimensions, codec, pg_catalog.cardinality(query)),
            HINT = 'Embed the query with the model whose vectors were coded.';
    END IF;
    IF c.metric = 'cosine' THEN
        length := pg_catalog.sqrt(pgembed.inner_product(query, query));
        IF length = 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'PE042',
                MESSAGE = 'Expected a query with a direction, got the zero vector.',
                HINT = 'The zero vector has no cosine distance.';
        END IF;
    END IF;
    form := pgembed.form_values(c.codec_id, query, length);
    IF c.kind IN ('f32', 'f16') THEN
        RETURN '[' || pg_catalog.array_to_string(form, ',') || ']';
    END IF;
    RETURN (
        SELECT pg_catalog.string_agg(CASE WHEN f.value > 0 THEN '1' ELSE '0' END, '' ORDER BY f.position)
        FROM pg_catalog.unnest(form) WITH ORDINALITY AS f (value, position));
END
$function$;

COMMENT ON FUNCTION pgembed.indexed_form(real[], text) IS
    'A query vector in the form that a store with tiers indexes, as text: values of a vector or halfvec, or bits. Errors: '
    'PE040 no such codec, PE042 a query of another length, or the zero vector under cosine.';
